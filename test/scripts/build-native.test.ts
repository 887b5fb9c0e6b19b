import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { misfitOf } from "../../native/record.mjs";
import { ScratchCheckout } from "./scratch-checkout.js";

let checkout: ScratchCheckout;

beforeEach(() => {
  checkout = new ScratchCheckout();
});

afterEach(() => {
  checkout.remove("");
});

const build = (...args: readonly string[]) => checkout.run("build-native", args);
const misfit = (): string | undefined => misfitOf(join(checkout.root, "native"), "mario_onednn");

describe.skipIf(process.platform === "win32")("the addon's build", () => {
  it("builds what fits, once", () => {
    expect(build().output).toBe("Native addon built: oneDNN 3.5, compiler 1\n");
    expect(misfit()).toBeUndefined();
    expect(build()).toEqual({ status: 0, output: "", calls: [] });
  });

  it.each([
    ["its sources", "native/src/addon.cpp", "// two"],
    ["the compiler", "tools/compiler", "compiler 2"],
  ])("builds again after a change of %s", (_what, path, text) => {
    build();
    checkout.write(path, text);
    expect(build().calls).toContain("compile");
    expect(misfit()).toBeUndefined();
  });

  it("builds again what was built for another processor, or by earlier versions", () => {
    for (const spoil of [
      () => {
        const record = JSON.parse(checkout.read("native/build/mario_onednn.json")) as {
          processor: { model: string; instructions: string[] };
        };
        record.processor = { ...record.processor, model: "other", instructions: ["other"] };
        checkout.write("native/build/mario_onednn.json", JSON.stringify(record));
      },
      () => {
        checkout.remove("native/build/mario_onednn.json");
      },
    ]) {
      build();
      spoil();
      expect(misfit()).toBeDefined();
      expect(build().calls).toContain("compile");
      expect(misfit()).toBeUndefined();
    }
  });

  it("leaves an addon of other sources unused, and tries again only when told to", () => {
    build();
    checkout.write("native/src/addon.cpp", "// two");
    checkout.write("tools/broken", "");
    const first = build();
    expect(first.status).toBe(0);
    expect(first.calls).toContain("compile");
    expect(first.output).toMatch(
      /^Native addon not built: its build failed \(addon\.cpp:1: error: no luck\)\. Training will use WebAssembly.* npm run setup -- --retry\n$/,
    );
    expect(misfit()).toBe("was built from other sources");

    const second = build();
    expect(second.calls).toEqual([]);
    expect(second.output).toMatch(/failed before .*WebAssembly.* npm run setup -- --retry\n$/);
    expect(checkout.run("setup", ["--retry"]).calls).toContain("compile");

    checkout.write("tools/compiler", "compiler 2");
    expect(build().calls).toContain("compile");
    checkout.remove("tools/broken");
    expect(build("--retry").output).toMatch(/^Native addon built/);
    expect(misfit()).toBeUndefined();
  });

  it("takes what does not load for a failed build, and keeps the addon before", () => {
    build();
    checkout.write("native/build/mario_onednn.node", "the one before");
    checkout.write("tools/compiler", "compiler 2");
    checkout.write("tools/unloadable", "");
    expect(build().output).toMatch(
      /its build failed \(error: it was built but does not load: libdnnl\.so\.3: cannot open .*\)\./,
    );
    expect(checkout.read("native/build/mario_onednn.node")).toBe("the one before");
    checkout.remove("tools/unloadable");
    expect(build("--retry").output).toMatch(/^Native addon built/);
    expect(checkout.read("native/build/mario_onednn.node")).toBe("built\n");
  });

  it("names what is wrong for the plainest flags, not a flag that this compiler lacks", () => {
    checkout.write("tools/no-openmp", "");
    checkout.write("tools/broken", "");
    expect(build().output).toContain("its build failed (addon.cpp:1: error: no luck).");
    checkout.remove("tools/broken");
    expect(build("--retry").output).toMatch(/^Native addon built: .*, without OpenMP/);
  });

  it("builds again, when asked to, what no longer loads", () => {
    build();
    expect(build("--retry").calls).toEqual([]);
    checkout.write("tools/unloadable", "");
    const { calls, output } = build("--retry");
    expect(calls).toContain("compile");
    expect(output).toMatch(/does not load: libdnnl.*Training will use WebAssembly/);
    checkout.remove("tools/onednn");
    expect(build("--retry").output).toMatch(/headers .* not found.*Training will use WebAssembly/);
  });

  it("says that oneDNN is too old, not that it is to be installed", () => {
    checkout.write("tools/old-onednn", "");
    const { output, calls } = build();
    expect(output).toMatch(/oneDNN 1\.5 is older than 2\.6\..*DNNLROOT\.\n$/);
    expect(output).not.toContain("apt-get");
    expect(calls).toEqual([]);
    const failed = JSON.parse(checkout.read("native/build/mario_onednn.failed.json")) as object;
    expect(failed).toMatchObject({ reason: expect.stringContaining("older than 2.6") as string });
  });

  it("passes over what editors leave among the sources", () => {
    build();
    symlinkSync("nowhere", join(checkout.root, "native/src/.#addon.cpp"));
    expect(build()).toEqual({ status: 0, output: "", calls: [] });
    expect(misfit()).toBeUndefined();
  });

  it("goes on with an addon that fits when a new compiler fails, and says so once", () => {
    build();
    checkout.write("tools/compiler", "compiler 2");
    checkout.write("tools/broken", "");
    expect(build().output).toMatch(/The last one fits and is used\. .* --retry\n$/);
    expect(build()).toEqual({ status: 0, output: "", calls: [] });
    expect(misfit()).toBeUndefined();
  });

  it("needs no compiler where the addon fits, and says what to install where it does not", () => {
    build();
    checkout.remove("tools/onednn");
    expect(build()).toEqual({ status: 0, output: "", calls: [] });
    checkout.remove("native/build/mario_onednn.node");
    const { status, output } = build();
    expect(status).toBe(0);
    expect(output).toMatch(/^Native addon not built: oneDNN's headers .* WebAssembly/);
  });

  it("says in one line that it has no sources", () => {
    checkout.remove("native/src");
    const { status, output } = build();
    expect(status).toBe(0);
    expect(output).toMatch(/^Native addon not built: its sources \(native\/src\) .*\n$/);
  });
});
