import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MarioError } from "../../src/core/errors.js";
import { loadAddon } from "../../src/nn/onednn/native.js";
import { hasAddon } from "./onednn-addon.js";

const native = fileURLToPath(new URL("../../native", import.meta.url));
let folder: string;

interface AddonRecord {
  sources: string;
  processor?: { architecture: string; model: string; instructions: string[] };
}

const recordFile = (): string => join(folder, "build", "mario_onednn.json");
const readRecord = (): AddonRecord => JSON.parse(readFileSync(recordFile(), "utf8")) as AddonRecord;

function changeRecord(change: (record: AddonRecord) => void): void {
  const record = readRecord();
  change(record);
  writeFileSync(recordFile(), JSON.stringify(record));
}

/** A program that is no addon: whoever loads it fails in another way than who looks first. */
function spoilAddon(): void {
  writeFileSync(join(folder, "build", "mario_environment.node"), "no addon");
}

function failure(): MarioError {
  try {
    loadAddon("mario_onednn", folder);
  } catch (error) {
    if (error instanceof MarioError) return error;
    throw error;
  }
  throw new Error("it was loaded");
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-native-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

it("says that an addon is not built, and what to install", () => {
  mkdirSync(join(folder, "build"));
  const { code, message, remedy } = failure();
  expect(code).toBe("BACKEND_UNAVAILABLE");
  expect(message).toBe("The oneDNN addon is not built.");
  expect(remedy).toContain("libdnnl-dev");
});

it("says why its last build failed, where one did", () => {
  mkdirSync(join(folder, "build"));
  const path = join(folder, "build", "mario_onednn.failed.json");
  writeFileSync(path, JSON.stringify({ digest: "0", reason: "adam.cpp:1: error: no luck" }));
  expect(failure().remedy).toMatch(/adam\.cpp:1: error: no luck.*npm run setup -- --retry\.$/);
  writeFileSync(path, "{");
  expect(failure().remedy).toContain("libdnnl-dev");
});

describe.skipIf(!hasAddon)("an addon", () => {
  beforeEach(() => {
    cpSync(join(native, "src"), join(folder, "src"), { recursive: true });
    for (const file of ["mario_onednn.node", "mario_onednn.json", "mario_environment.node"]) {
      cpSync(join(native, "build", file), join(folder, "build", file));
    }
  });

  it("is loaded where it fits, from wherever it is", () => {
    expect(loadAddon("mario_onednn", folder).addon.describe().isa).toBeGreaterThan(0);
  });

  it("is loaded without its sources: there is nothing that it must fit", () => {
    rmSync(join(folder, "src"), { recursive: true });
    expect(loadAddon("mario_onednn", folder).addon.describe().isa).toBeGreaterThan(0);
  });

  it("is refused unloaded when its sources are others", () => {
    spoilAddon();
    for (const change of [
      () => {
        writeFileSync(join(folder, "src", "addon.cpp"), "// two");
      },
      () => {
        cpSync(join(native, "src", "addon.cpp"), join(folder, "src", "addon.cpp"));
        writeFileSync(join(folder, "src", "new.hpp"), "");
      },
    ]) {
      change();
      const { code, message, remedy } = failure();
      expect(code).toBe("BACKEND_UNAVAILABLE");
      expect(message).toBe("The oneDNN addon was built from other sources.");
      expect(remedy).toContain("npm run setup");
    }
  });

  it("is refused unloaded when the processor lacks an instruction that it may hold", () => {
    spoilAddon();
    changeRecord((record) => {
      record.processor = {
        architecture: process.arch,
        model: "Xeon 9000",
        instructions: [...(record.processor?.instructions ?? []), "avx9000"],
      };
    });
    const { code, message } = failure();
    expect(code).toBe("BACKEND_UNAVAILABLE");
    expect(message).toBe("The oneDNN addon was built for another processor (Xeon 9000).");
  });

  it("is loaded by a processor that can do more", () => {
    changeRecord(({ processor }) => {
      if (processor && processor.instructions.length > 0) {
        processor.model = "Xeon 1";
        processor.instructions = processor.instructions.slice(1);
      }
    });
    expect(loadAddon("mario_onednn", folder).addon.describe().isa).toBeGreaterThan(0);
  });

  it("is refused unloaded when nothing says what it is", () => {
    spoilAddon();
    for (const text of [undefined, "{"]) {
      rmSync(recordFile(), { force: true });
      if (text !== undefined) writeFileSync(recordFile(), text);
      expect(failure().message).toBe(
        "The oneDNN addon comes without a record of what it was built from.",
      );
    }
  });

  it("that fits and cannot be loaded is unavailable, with the loader's own reason", () => {
    spoilAddon();
    const { code, message } = failure();
    expect(code).toBe("BACKEND_UNAVAILABLE");
    expect(message).toMatch(/^The oneDNN addon did not load: /);
  });
});
