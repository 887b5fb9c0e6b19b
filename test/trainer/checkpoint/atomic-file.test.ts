import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MarioError } from "../../../src/core/errors.js";
import { openEventFile } from "../../../src/logging/event-file.js";
import { readEventFile } from "../../../src/logging/event-reader.js";
import { writeFileAtomically } from "../../../src/trainer/checkpoint/atomic-file.js";
import { BestEvaluated } from "../../../src/trainer/checkpoint/best-evaluated.js";
import { BestModel } from "../../../src/trainer/checkpoint/best-model.js";
import { summarise } from "../../../src/trainer/evaluation.js";
import { exampleModel } from "./example-model.js";

const isRoot = process.getuid?.() === 0;
const code = (name: string): unknown =>
  expect.objectContaining({ code: name, remedy: expect.any(String) as string });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mario-atomic-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Sets this process's limit on the size of a file: real failures without being root. */
function limitFileSize(bytes: number | "unlimited"): boolean {
  const limit = `--fsize=${bytes}:unlimited`;
  return spawnSync("prlimit", ["--pid", String(process.pid), limit]).status === 0;
}
const canLimit = limitFileSize("unlimited");

/** A file system of so many bytes, for as long as `use` runs. @returns false if that is not allowed */
function withTinyDisk(bytes: number, use: (mount: string) => void): boolean {
  const mount = join(directory, "disk");
  mkdirSync(mount);
  const made = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", mount]);
  if (made.status !== 0) return false;
  try {
    use(mount);
  } finally {
    spawnSync("umount", [mount]);
  }
  return true;
}

describe("atomic file", () => {
  it("writes one array or several, and replaces", () => {
    const path = join(directory, "a", "b", "file");
    writeFileAtomically(path, Buffer.from("old"));
    writeFileAtomically(path, [Buffer.from("ne"), new Uint8Array(0), Buffer.from("w")]);
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(join(directory, "a", "b"))).toEqual(["file"]);
  });

  it("leaves a taken name alone if told to", () => {
    const path = join(directory, "file");
    expect(writeFileAtomically(path, Buffer.from("1"), { overwrite: false })).toBe(true);
    expect(writeFileAtomically(path, Buffer.from("2"), { overwrite: false })).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("1");
    expect(readdirSync(directory)).toEqual(["file"]);
  });

  it("undoes everything when the contents themselves fail half way", () => {
    const path = join(directory, "file");
    writeFileSync(path, "old");
    function* contents() {
      yield Buffer.alloc(100_000);
      throw new Error("weights went away");
    }
    expect(() => writeFileAtomically(path, contents())).toThrow("weights went away");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(directory)).toEqual(["file"]);
  });

  it("says NOT_WRITABLE where a file is in the way of a folder, or a folder of the file", () => {
    writeFileSync(join(directory, "file"), "");
    mkdirSync(join(directory, "folder"));
    for (const path of [join(directory, "file", "x"), join(directory, "folder")]) {
      expect(() => writeFileAtomically(path, Buffer.from("x"))).toThrow(code("NOT_WRITABLE"));
    }
    expect(readdirSync(directory).sort()).toEqual(["file", "folder"]);
  });

  it.skipIf(isRoot)("says NOT_WRITABLE where writing is not allowed", () => {
    chmodSync(directory, 0o500);
    expect(() => writeFileAtomically(join(directory, "x"), Buffer.from("x"))).toThrow(
      code("NOT_WRITABLE"),
    );
    chmodSync(directory, 0o700);
  });

  it("says NOT_WRITABLE on a read-only file system", ({ skip }) => {
    const mounted = withTinyDisk(65_536, (mount) => {
      const path = join(mount, "x");
      writeFileAtomically(path, Buffer.from("old"));
      spawnSync("mount", ["-o", "remount,ro", mount]);
      expect(() => writeFileAtomically(path, Buffer.from("new"))).toThrow(code("NOT_WRITABLE"));
      expect(readFileSync(path, "utf8")).toBe("old");
    });
    if (!mounted) skip("mounting is not allowed here");
  });

  it("keeps the previous file when the disk is full, and works again after", ({ skip }) => {
    const mounted = withTinyDisk(128 * 1024, (mount) => {
      const path = join(mount, "model");
      writeFileAtomically(path, Buffer.alloc(60_000, 1));
      expect(() => writeFileAtomically(path, Buffer.alloc(100_000, 2))).toThrow(code("DISK_FULL"));
      expect(readFileSync(path)).toEqual(Buffer.alloc(60_000, 1));
      expect(readdirSync(mount)).toEqual(["model"]);
      writeFileAtomically(path, Buffer.alloc(50_000, 3));
      expect(readFileSync(path)).toEqual(Buffer.alloc(50_000, 3));
    });
    if (!mounted) skip("mounting is not allowed here");
  });

  it.skipIf(!canLimit)("keeps the previous file when a file-size limit is met", () => {
    const path = join(directory, "model");
    writeFileAtomically(path, Buffer.alloc(60_000, 1));
    limitFileSize(80_000);
    try {
      expect(() => writeFileAtomically(path, Buffer.alloc(100_000, 2))).toThrow(code("DISK_FULL"));
    } finally {
      limitFileSize("unlimited");
    }
    expect(readFileSync(path)).toEqual(Buffer.alloc(60_000, 1));
    expect(readdirSync(directory)).toEqual(["model"]);
  });
});

describe("event file on a full disk", () => {
  it.skipIf(!canLimit)("says DISK_FULL, keeps what it has, and goes on when there is room", () => {
    const file = openEventFile({ directory });
    for (let step = 0; step < 100; step++) file.scalar("x", step, step);
    limitFileSize(1000);
    try {
      expect(() => {
        file.flush();
      }).toThrow(code("DISK_FULL"));
    } finally {
      limitFileSize("unlimited");
    }
    const half = readEventFile(readFileSync(file.path));
    expect(half.damage).toBe("truncated");
    file.close();
    const whole = readEventFile(readFileSync(file.path));
    expect(whole.damage).toBeUndefined();
    expect(whole.scalars.get("x")!.map(({ step }) => step)).toEqual([...Array(100).keys()]);
  });
});

/** What an observer was told of. */
function listener() {
  const told: string[] = [];
  return {
    told,
    failed: (error: Error) => told.push(error instanceof MarioError ? error.code : error.message),
    written: () => told.push("written"),
  };
}

describe("what a run writes while the disk is full", () => {
  afterEach(() => {
    if (canLimit) limitFileSize("unlimited");
  });

  it.skipIf(!canLimit)("is told of, and figures are kept until there is room", () => {
    const observer = listener();
    let time = 0;
    const file = openEventFile({ directory, observer, now: () => time });
    limitFileSize(1000);
    // Every tenth of a second for a minute: at the end of each half minute it is tried again.
    for (let step = 0; step < 600; step++, time += 100) file.scalar("x", step, step);
    expect(observer.told).toEqual(["DISK_FULL", "DISK_FULL"]);
    limitFileSize("unlimited");
    for (let step = 600; step < 900; step++, time += 100) file.scalar("x", step, step);
    file.close();
    expect(observer.told).toEqual(["DISK_FULL", "DISK_FULL", "written"]);
    const whole = readEventFile(readFileSync(file.path));
    expect(whole.damage).toBeUndefined();
    expect(whole.scalars.get("x")!.map(({ step }) => step)).toEqual([...Array(900).keys()]);
  });

  it.skipIf(!canLimit)("fails without a word of its own when there is never room again", () => {
    const observer = listener();
    const file = openEventFile({ directory, observer });
    limitFileSize(100);
    for (let step = 0; step < 5000; step++) file.scalar("x", step, step);
    file.close();
    expect(observer.told).toEqual(["DISK_FULL", "DISK_FULL"]);
  });

  it.skipIf(!canLimit)(
    "leaves the best model as it is, and keeps the better one until there is room",
    () => {
      const observer = listener();
      const best = new BestModel({ directory, runId: "a", observer });
      const offer = (meanReward: number) =>
        best.offer({ meanReward, episodes: 100 }, () => exampleModel())?.meanReward;
      const evaluated = new BestEvaluated({ directory, runId: "a", observer });
      const played = { reward: 60, distance: 100, steps: 10, frames: 40, truncated: false };
      const evaluation = summarise([{ ...played, completed: false, ending: "fell" }], 10, 1);
      const training = { meanReward: 1, episodes: 50 };
      expect(offer(3)).toBe(3);
      limitFileSize(100);
      expect(offer(4)).toBeUndefined();
      expect(evaluated.offer(evaluation, training, () => exampleModel())).toBeUndefined();
      expect(best.current?.meanReward).toBe(3);
      expect(best.retry()).toBeUndefined();
      limitFileSize("unlimited");
      expect(offer(3.5)).toBeUndefined();
      expect(best.retry()?.meanReward).toBe(4);
      expect(evaluated.retry()?.meanDistance).toBe(100);
      expect(observer.told).toEqual([
        ...["written", "DISK_FULL", "DISK_FULL", "DISK_FULL", "written", "written"],
      ]);
      // What is wrong with the model itself is no matter of the disk.
      const broken = exampleModel();
      broken.weights.get("output/bias")!.data[0] = Infinity;
      expect(() => best.offer({ meanReward: 9, episodes: 99 }, () => broken)).toThrow(
        expect.objectContaining({ code: "NOT_FINITE" }),
      );
    },
  );
});
