// `knip` counts tests as users; `knip --production` does not, and so finds what only they use. There
// a part of a file may be exported to be tested by itself.
const isProduction = process.argv.includes("--production");

export default {
  entry: [
    "src/cli/main.ts!",
    "src/trainer/workers/*-worker.ts!",
    "src/viewer/web/*/*.d.ts!",
    "src/viewer/web/*/main.ts!",
    "scripts/*.mjs!",
    "bench/*.mjs!",
    "bench/gpu/run.mjs!",
    "bench/peers/ours.mjs!",
    "bench/peers/run.mjs!",
  ],
  project: ["src/**/*.ts!", "test/**/*.ts", "scripts/**/*.mjs!", "bench/**/*.mjs!"],
  ignoreDependencies: ["node-addon-api", "node-api-headers"],
  ignoreExportsUsedInFile: isProduction || { interface: true, type: true },
};
