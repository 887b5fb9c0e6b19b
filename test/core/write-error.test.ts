import { describe, expect, it } from "vitest";
import { MarioError } from "../../src/core/errors.js";
import { asWriteError, isWriteError } from "../../src/core/write-error.js";

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe("a failure to write", () => {
  it.each([
    ["ENOSPC", "DISK_FULL"],
    ["EDQUOT", "DISK_FULL"],
    ["EFBIG", "DISK_FULL"],
    ["EACCES", "NOT_WRITABLE"],
    ["ENOTDIR", "NOT_WRITABLE"],
    ["EISDIR", "NOT_WRITABLE"],
    ["EIO", "NOT_WRITABLE"],
  ])("%s is %s, with the path and a remedy", (reason, code) => {
    const error = asWriteError(systemError(reason), "some/file") as MarioError;
    expect(error).toMatchObject({ code, value: "some/file" });
    expect(error.message).toContain(`some/file (${reason})`);
    expect(error.remedy).toBeTruthy();
    expect(isWriteError(error)).toBe(true);
  });

  it("is not what a bug or another error of ours is turned into", () => {
    for (const error of [
      new TypeError("x is not a function"),
      systemError("ERR_INVALID_ARG_TYPE"),
      new MarioError("INVALID_OPTION", "No."),
    ]) {
      expect(asWriteError(error, "some/file")).toBe(error);
      expect(isWriteError(error)).toBe(false);
    }
  });
});
