import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BACKEND_HERE, main } from "../run-cli.js";

/** Every write to it fails as on a full disk. */
const FULL = "/dev/full";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-full-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The built program with its standard output on a full disk. */
function marioOnFullDisk(args: readonly string[]) {
  const output = openSync(FULL, "w");
  try {
    return spawnSync(process.execPath, [main, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, MARIO_ROM: "", NO_COLOR: "1" },
      stdio: ["ignore", output, "pipe"],
    });
  } finally {
    closeSync(output);
  }
}

describe.skipIf(!existsSync(FULL))("standard output on a full disk", () => {
  it.each([[["random", "--episodes=1", "--json"]], [["--help"]]])(
    "is told of by %j, whose result it was",
    (args) => {
      const { status, stderr } = marioOnFullDisk(args);
      expect(stderr).toBe(
        "mario: Cannot write to standard output: no space left on device (ENOSPC). " +
          "Free some space there, or send the output to another file.\n",
      );
      expect(status).toBe(2);
    },
  );

  it("matters not to training, whose result is its models", () => {
    const args = ["train", "--timesteps=64", "--eval-episodes=0", ...BACKEND_HERE];
    const { status, stderr } = marioOnFullDisk([...args, "--log=stdout"]);
    expect(stderr).not.toMatch(/standard output/);
    expect(status).toBe(0);
  });
});
