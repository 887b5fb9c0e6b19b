import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventFile } from "../../src/logging/event-file.js";
import { findRunDirectories } from "../../src/logging/run-events.js";

let root: string;
let elsewhere: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mario-runs-"));
  elsewhere = mkdtempSync(join(tmpdir(), "mario-runs-elsewhere-"));
});
afterEach(() => {
  for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

function write(...path: string[]): string {
  const directory = join(...path);
  const file = openEventFile({ directory });
  file.scalar("x", 1, 1);
  file.close();
  return directory;
}

const isRoot = process.getuid?.() === 0;

describe.skipIf(process.platform === "win32")("runs below a folder", () => {
  it("are found behind links, each once, by their own path where they have one here", () => {
    const own = write(root, "z", "own");
    write(elsewhere, "deep", "other");
    symlinkSync(elsewhere, join(root, "linked"));
    symlinkSync(own, join(root, "a-link-to-own"));
    symlinkSync(root, join(root, "z", "loop"));
    symlinkSync(join(root, "nothing"), join(root, "broken"));
    writeFileSync(join(root, "notes.txt"), "");
    symlinkSync(join(root, "notes.txt"), join(root, "link-to-file"));
    expect(findRunDirectories(root)).toEqual([join(root, "linked", "deep", "other"), own]);
    expect(findRunDirectories(join(root, "a-link-to-own"))).toEqual([join(root, "a-link-to-own")]);
  });

  it("are none behind a link to nothing", () => {
    symlinkSync(join(elsewhere, "gone"), join(root, "latest"));
    expect(() => findRunDirectories(root)).toThrow(/no event files/);
  });

  it("are not looked for deeper than six folders", () => {
    write(elsewhere, "1", "2", "3", "4", "5");
    symlinkSync(elsewhere, join(root, "linked"));
    expect(findRunDirectories(root)).toHaveLength(1);
    mkdirSync(join(root, "one-more"));
    rmSync(join(root, "linked"));
    symlinkSync(elsewhere, join(root, "one-more", "linked"));
    expect(() => findRunDirectories(root)).toThrow(/no event files/);
  });

  it.skipIf(isRoot)("are found beside a folder that cannot be read", () => {
    const own = write(root, "own");
    const closed = write(root, "closed");
    chmodSync(closed, 0);
    try {
      expect(findRunDirectories(root)).toEqual([own]);
      rmSync(own, { recursive: true });
      expect(() => findRunDirectories(root)).toThrow(/Cannot read the logs in .*closed \(EACCES\)/);
      expect(() => findRunDirectories(closed)).toThrow(/closed \(EACCES\)/);
    } finally {
      chmodSync(closed, 0o755);
    }
  });

  it("are found beside a link that leads nowhere, which is named where there is nothing else", () => {
    const own = write(root, "own");
    symlinkSync(join(root, "itself"), join(root, "itself"));
    expect(findRunDirectories(root)).toEqual([own]);
    rmSync(own, { recursive: true });
    expect(() => findRunDirectories(root)).toThrow(/Cannot read the logs in .*itself \(ELOOP\)/);
  });
});
