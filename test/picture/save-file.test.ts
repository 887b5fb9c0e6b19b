import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireFileName, saveFile } from "../../src/picture/save-file.js";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-save-"));
  path = join(folder, "picture.png");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("saveFile", () => {
  it("replaces the file that was there", async () => {
    writeFileSync(path, "old");
    await saveFile(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(["picture.png"]);
  });

  it.skipIf(!existsSync("/dev/full"))("leaves it as it was on a full disk", async () => {
    writeFileSync(path, "old");
    // Takes every byte for one too many.
    symlinkSync("/dev/full", `${path}.part`);
    await expect(saveFile(path, Uint8Array.of(1))).rejects.toMatchObject({
      code: "DISK_FULL",
      value: path,
    });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["picture.png"]);
  });

  it("leaves nothing behind where a folder has the name", async () => {
    mkdirSync(path);
    await expect(saveFile(path, "new")).rejects.toMatchObject({ code: "NOT_WRITABLE" });
    expect(readdirSync(folder)).toEqual(["picture.png"]);
  });

  it("takes no mistake of the program for one of the disk", async () => {
    await expect(saveFile(path, 7 as unknown as string)).rejects.toThrow(TypeError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("requireFileName", () => {
  it("accepts a new name and a file's", async () => {
    await requireFileName(path);
    writeFileSync(path, "");
    await requireFileName(path);
    expect(readdirSync(folder)).toEqual(["picture.png"]);
  });

  it("refuses a folder, a name below a file, and a folder that is not there", async () => {
    const refused = (name: string, message: RegExp) =>
      expect(requireFileName(name)).rejects.toMatchObject({
        code: "NOT_WRITABLE",
        message: expect.stringMatching(message) as string,
      });
    mkdirSync(path);
    await refused(path, /picture\.png: there is a folder of that name\.$/);
    writeFileSync(join(folder, "file"), "");
    await refused(join(folder, "file", "picture.png"), /file is not a folder\.$/);
    await refused(join(folder, "absent", "picture.png"), /there is no folder .*absent\.$/);
  });
});
