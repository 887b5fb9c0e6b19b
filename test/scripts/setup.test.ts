import { existsSync } from "node:fs";
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

  it("has nothing to install or compile in an installed package", () => {
    checkout.remove("package-lock.json");
    checkout.remove("src");
    const { status, calls } = checkout.run("setup");
    expect(status).toBe(0);
    expect(calls.filter((call) => call.startsWith("npm"))).toEqual([]);
    expect(checkout.has("dist")).toBe(false);
  });
});
