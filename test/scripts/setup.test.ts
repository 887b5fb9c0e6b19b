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
});
