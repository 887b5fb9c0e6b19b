import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Which folders of `src` a folder may import from. Dependencies point one way. */
const mayImport = {
  core: [],
  nes: ["core"],
  env: ["core", "nes"],
  replay: ["core"],
  nn: ["core"],
  agent: ["core", "nn", "replay"],
  config: ["core", "env"],
  logging: ["core"],
  picture: ["core", "nes"],
  plot: ["core", "logging", "picture"],
  viewer: ["core", "nes", "picture"],
  trainer: ["core", "nes", "env", "replay", "nn", "agent", "config", "logging"],
  bench: ["core", "nes", "env", "replay", "nn", "agent", "config", "trainer"],
};
mayImport.cli = Object.keys(mayImport);

/** These run unchanged in a browser tab: nothing of Node. Backends' folders inside `nn` may. */
const browserSafe = ["core", "nes", "env", "replay", "agent"];
const nodeModules = ["node:*", "fs", "path", "worker_threads", "os", "process", "buffer"];
const folders = Object.keys(mayImport);

/** Pages may import, besides each other's parts, what runs in a browser. */
const pagesMayImport = ["core", "nes", "env"];

function arrows(folder) {
  const forbidden = folders.filter(
    (other) => other !== folder && !mayImport[folder].includes(other),
  );
  const patterns = [];
  if (forbidden.length > 0) {
    patterns.push({
      group: forbidden.flatMap((name) => [`**/../${name}/*`, `../${name}/**`, `../../${name}/**`]),
      message: `src/${folder} may import only from: ${mayImport[folder].join(", ") || "nothing of ours"}.`,
    });
  }
  if (folder !== "nes") {
    patterns.push({ group: ["jsnes", "jsnes/*"], message: "jsnes is imported in src/nes only." });
  }
  if (folder !== "nn" && folder !== "agent") {
    patterns.push({
      group: ["@tensorflow/*"],
      message: "TensorFlow.js stays inside src/nn and src/agent.",
    });
  }
  if (browserSafe.includes(folder)) {
    patterns.push({
      group: nodeModules,
      message: "This folder also runs in a browser: hand effects in.",
    });
  }
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      "no-restricted-imports": ["error", { patterns }],
      ...(browserSafe.includes(folder) && {
        "no-restricted-globals": ["error", "process", "Buffer", "__dirname", "require", "global"],
      }),
    },
  };
}

/** Pages run in a browser only: their types are in tsconfig.web.json. jsnes has parts for it. */
function pages() {
  const forbidden = folders.filter((name) => !pagesMayImport.includes(name) && name !== "viewer");
  const patterns = [
    {
      group: forbidden.map((name) => `**/../${name}/**`),
      message: `A page may import only from: ${pagesMayImport.join(", ")}.`,
    },
    {
      group: [...nodeModules, "**/../server/**"],
      message: "This runs in a browser.",
    },
  ];
  return {
    files: ["src/viewer/web/**/*.ts"],
    languageOptions: {
      parserOptions: { projectService: false, project: "./tsconfig.web.json" },
    },
    rules: { "no-restricted-imports": ["error", { patterns }] },
  };
}

export default tseslint.config(
  { ignores: ["dist", "native/build", "node_modules", "models", "tensorboard", "roms"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unnecessary-condition": [
        "error",
        { allowConstantLoopConditions: true },
      ],
    },
  },
  ...folders.map(arrows),
  pages(),
  {
    files: ["**/*.js", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        performance: "readonly",
        setTimeout: "readonly",
        setImmediate: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
