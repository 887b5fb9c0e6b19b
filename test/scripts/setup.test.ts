import { cpSync, existsSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScratchCheckout } from "./scratch-checkout.js";

let checkout: ScratchCheckout;

beforeEach(() => {
  checkout = new ScratchCheckout();
});

afterEach(() => {
  checkout.remove("");
});

const mayInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");

describe.skipIf(process.platform === "win32")("the set-up", () => {
  it("builds the addon wherever the compiler finds oneDNN, and installs nothing then", () => {
    const { status, calls } = checkout.run("setup");
    expect(status).toBe(0);
    expect(calls).toContain("compile");
    expect(calls.filter((call) => call.startsWith("apt-get"))).toEqual([]);
    expect(checkout.has("native/build/mario_onednn.node")).toBe(true);
  });

  it.skipIf(!mayInstall)("installs oneDNN where the compiler does not find it, and builds", () => {
    checkout.remove("tools/onednn");
    const { status, calls } = checkout.run("setup");
    expect(status).toBe(0);
    expect(calls).toContain("apt-get install -y -q libdnnl-dev");
    expect(checkout.has("native/build/mario_onednn.node")).toBe(true);
  });

  it("installs what it needs to build, whatever npm is told to leave out", () => {
    const { calls } = checkout.run("setup", [], { NODE_ENV: "production" });
    const install = calls.find((call) => call.startsWith("npm ci"));
    expect(install).toContain("--include=dev");
    expect(install).toContain("--include=optional");
  });

  it("installs once, and again on another system", () => {
    const installs = (env = {}): number =>
      checkout.run("setup", [], env).calls.filter((call) => call.startsWith("npm ci")).length;
    expect([installs(), installs()]).toEqual([1, 0]);
    for (const change of [
      `Object.defineProperty(process, "arch", { value: "other" });`,
      `Object.defineProperty(process, "platform", { value: "other" });`,
      `const report = process.report.getReport();
       report.header.glibcVersionRuntime = undefined;
       process.report.getReport = () => report;`,
    ]) {
      // The C library is told apart on Linux only.
      if (change.includes("glibc") && process.platform !== "linux") continue;
      checkout.write("tools/elsewhere.cjs", change);
      const elsewhere = { NODE_OPTIONS: `--require ${checkout.root}/tools/elsewhere.cjs` };
      expect([installs(elsewhere), installs(elsewhere), installs()]).toEqual([1, 0, 1]);
    }
  });

  it.skipIf(process.arch !== "x64")(
    "asks for libtensorflow where a GPU is, until its binding is there",
    () => {
      const tfjs = "node_modules/@tensorflow/tfjs-node-gpu";
      const downloads = (...args: string[]): number =>
        checkout.run("setup", args).calls.filter((call) => call.startsWith("npm explore")).length;
      checkout.write(`${tfjs}/package.json`, "{}");
      checkout.writeTool("nvidia-smi", "exit 0");
      // Stopped while it was unpacked, say: the library's folder is there.
      checkout.write(`${tfjs}/deps/lib/libtensorflow.so.2`, "half of it");
      expect(downloads()).toBe(1);
      checkout.write(`${tfjs}/lib/napi-v8/tfjs_binding.node`, "");
      expect(downloads("--retry")).toBe(0);
    },
  );

  it("says why npm could not be started", () => {
    checkout.remove("tools/npm");
    const { status, output } = checkout.run("setup", [], { PATH: join(checkout.root, "tools") });
    expect(status).toBe(1);
    expect(output).toMatch(/\nnpm: .*ENOENT\nsetup: npm ci failed \(above\)\.\n$/);
  });

  it("waits for another of the same folder, and not for one that was killed", async () => {
    checkout.writeTool(
      "npm",
      `echo "npm $*" >> "$tools/log"; while [ ! -e "$tools/go" ]; do sleep 0.1; done`,
    );
    const first = checkout.start("setup");
    await expect.poll(() => checkout.read("tools/log"), { timeout: 20_000 }).toContain("npm ci");
    const second = checkout.start("setup");
    await expect.poll(() => second.output(), { timeout: 20_000 }).toContain("waiting for it");
    checkout.write("tools/go", "");
    expect(await Promise.all([first.ended, second.ended])).toEqual([0, 0]);
    expect(checkout.read("tools/log").match(/npm ci/g)).toHaveLength(1);

    checkout.remove("tools/go");
    checkout.remove("node_modules/.mario-setup");
    const killed = checkout.start("setup");
    await expect
      .poll(() => checkout.read("tools/log").match(/npm ci/g), { timeout: 20_000 })
      .toHaveLength(2);
    killed.kill();
    await killed.ended;
    checkout.write("tools/go", "");
    expect(checkout.run("setup").output).not.toContain("waiting");
  });

  it("compiles nothing in a copy, wherever it is", () => {
    checkout.run("setup");
    expect(checkout.has("dist/cli/main.js")).toBe(true);
    checkout.write("dist/cli/main.js", "// as it was");
    const copy = new ScratchCheckout();
    cpSync(checkout.root, copy.root, { recursive: true });
    utimesSync(join(copy.root, "src/one.ts"), 1, 1);
    copy.run("setup");
    expect(copy.read("dist/cli/main.js")).toBe("// as it was");
    copy.remove("");
    checkout.write("src/one.ts", "// changed");
    checkout.run("setup");
    expect(checkout.read("dist/cli/main.js")).toBe("");
  });

  it("has nothing to install or compile in an installed package", () => {
    checkout.remove("package-lock.json");
    checkout.remove("src");
    const { status, calls } = checkout.run("setup");
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith("npm"))).toEqual([]);
    expect(checkout.has("dist")).toBe(false);
  });

  it.each([
    ["20.18.3", 2],
    ["20.19.0", 0],
    ["21.7.3", 2],
    ["22.12.0", 2],
    ["22.13.0", 0],
    ["24.1.0", 0],
  ])("on Node %s ends with %i, in one line where it is not supported", (version, wanted) => {
    checkout.write(
      "tools/node.cjs",
      `Object.defineProperty(process.versions, "node", { value: "${version}" });`,
    );
    const { status, output, calls } = checkout.run("setup", [], {
      NODE_OPTIONS: `--require ${checkout.root}/tools/node.cjs`,
    });
    expect(status).toBe(wanted);
    if (wanted === 0) return;
    expect(calls).toEqual([]);
    expect(output).toBe(
      `setup: Node ${version} is not supported: install Node 20.19+ (20.x) or 22.13 or newer.\n`,
    );
  });
});

it("asks for the same Node wherever it asks", () => {
  interface Manifest {
    readonly engines: { readonly node: string };
  }
  const read = (path: string): string =>
    readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const { engines } = JSON.parse(read("package.json")) as Manifest;
  expect(engines.node).toBe("^20.19.0 || >=22.13.0");
  const lock = JSON.parse(read("package-lock.json")) as { packages: { "": Manifest } };
  expect(lock.packages[""].engines).toEqual(engines);
  expect(read("README.md")).toContain("Node 20.19+ (20.x) or 22.13 or newer");
});

/** Whether a range of the kinds in the lock file takes a version. */
function takes(range: string, [major, minor]: readonly [number, number]): boolean {
  return range.split("||").some((part) => {
    const [, sign, first, second = "0"] = /^\s*(\^|>=|)\s*(\d+|\*)(?:\.(\d+))?/.exec(part)!;
    if (first === "*") return true;
    const least = Number(second);
    if (Number(first) === major) return minor >= least;
    return sign === ">=" && major > Number(first);
  });
}

it("promises no Node that what it installs refuses", () => {
  const file = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
  const { packages } = JSON.parse(file) as {
    packages: Record<string, { optional?: boolean; engines?: { node?: string } }>;
  };
  // Optional ones are for one system each, or may be missing.
  const needs = Object.entries(packages).filter(
    ([, { optional, engines }]) => !optional && engines?.node !== undefined,
  );
  expect(needs.length).toBeGreaterThan(100);
  for (const version of [[20, 19] as const, [22, 13] as const, [24, 0] as const]) {
    const refusing = needs.filter(([, { engines }]) => !takes(engines!.node!, version));
    expect(refusing.map(([name, { engines }]) => `${name} ${engines!.node!}`)).toEqual([]);
  }
});
