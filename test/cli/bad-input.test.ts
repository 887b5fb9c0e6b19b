import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mario } from "./run-cli.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-cli-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Exit code 2, nothing on standard output, one line that says what is wrong. */
function expectOneLine(args: readonly string[], pattern: RegExp, env?: Record<string, string>) {
  const { status, stdout, stderr } = mario(args, { cwd: folder, ...(env && { env }) });
  expect(stderr).toMatch(pattern);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/ at .*\.js:\d+/);
  expect(stdout).toBe("");
  expect(status).toBe(2);
}

describe("bad input gets one clear line and exit code 2", () => {
  it.each([
    [["trian"], /unknown command 'trian'.*Did you mean train\?/],
    [["train", "--timestep", "5"], /unknown option '--timestep'.*Did you mean --timesteps\?/],
    [["train", "--duelling"], /unknown option '--duelling'.*--dueling/],
    [["train", "--timesteps", "many"], /--timesteps.*'many'.*whole number/],
    [["train", "--timesteps", "0"], /--timesteps.*'0'/],
    [["train", "--exploration_fraction=1.5"], /--exploration-fraction.*from 0 to 1/],
    [["train", "--lr", ""], /--lr/],
    [["train", "--algorithm=ppo"], /Allowed choices are deepq/],
    [["train", "--preset", "fats"], /Allowed choices are/],
    [["train", "--backend", "cuda"], /Allowed choices are/],
    [["train", "--env=SuperMarioBros-9-1-v0"], /SuperMarioBros-9-1-v0/],
    [["train", "--env=SuperMarioBros-1-2-v0", "--stage=1-1"], /1-2.*1-1/],
    [["train", "--stage", "0-1"], /--stage/],
    [["train", "--batch-size", "64", "--buffer-size", "10"], /batch of 64.*10/],
    [
      ["train", "--buffer-size=1e12", "--timesteps=1e12"],
      /takes \d+\.\d GB.*free.*--buffer-size \d/,
    ],
    [["train", "--resume", "nowhere"], /no resume point in nowhere/],
    [["train", "--resume", "run", "--lr=1e-4"], /--resume.*cannot be used with.*--lr/],
    [["train", "--resume", "run", "--munchausen"], /--resume.*cannot be used with.*--munchausen/],
    [["train", "--resume", "run", "--log-dir=x"], /--resume.*cannot be used with.*--log-dir/],
    [["train", "--log=stdout", "--resume-period=9"], /--log stdout keeps no resume points/],
    [["train", "--pipeline=both"], /Allowed choices are overlap, turns/],
    [["random", "--episodes", "1.5"], /whole number/],
    [["eval", "--file", "nowhere.safetensors"], /nowhere\.safetensors/],
    [["enjoy", "--file", "nowhere.safetensors"], /nowhere\.safetensors/],
    [["enjoy", "--record", "film.avi"], /film\.avi.*\.webp/],
    [["eval", "--map", "map.jpeg"], /map\.jpeg.*ends in \.png/],
    [["train", "--model-dir", ""], /--model-dir is empty/],
    [["dashboard", "--host="], /--host is empty/],
    [["play", "--record", "new/"], /new\/.*names a folder/],
    [
      ["random", "--record", "film.webp", "--record-episodes", "1-999999"],
      /Episode 999999 cannot be filmed/,
    ],
    [["random", "--sticky", "1.5"], /--sticky.*from 0 to 1/],
    [["eval", "--overlay"], /--overlay.*--record film\.webp/],
    [["random", "--record", "film.gif", "--fps", "60"], /GIF cannot show 60 pictures/],
    [["random", "--record", "film.webp", "--record-episodes", "3-1"], /best, all, or numbers/],
    [["random", "--record", "nowhere/film.webp"], /nowhere.*folder that exists/],
    [["random", "--map=a.png", "--record=a.png"], /--map and --record both name a\.png/],
    [["eval", "--every-start", "--record=a.png", "--record-episodes=32"], /Episode 32.*only 31/],
    [["plot", "nowhere"], /nowhere/],
    [["random", "extra"], /too many arguments/],
  ])("%j", (args, pattern) => {
    expectOneLine(args, pattern);
  });

  it("says so when there is no model yet", () => {
    expectOneLine(["eval", "--file", folder], /not a file|Cannot read/);
  });

  it("a ROM that is not there, none at all, cut, or for a board that jsnes lacks", () => {
    const rom = join(folder, "game.nes");
    expectOneLine(["random", "--rom", join(folder, "absent.nes")], /no cartridge at .*absent\.nes/);
    expectOneLine(["random"], /no cartridge at .*env\.nes\. MARIO_ROM names it/, {
      MARIO_ROM: join(folder, "env.nes"),
    });
    expectOneLine(["random", "--rom", folder], /not a file/);
    writeFileSync(rom, "this is a letter to grandmother, not a game");
    expectOneLine(["random", "--rom", rom], /iNES/);
    writeFileSync(rom, nrom(0));
    truncateSync(rom, 20_000);
    expectOneLine(["train", "--rom", rom], /truncated|too short|cut|bytes/i);
    writeFileSync(rom, nrom(0xf5));
    expectOneLine(["random", "--rom", rom], /mapper/i);
    // Runs for ever in place: never leaves a title screen, since it has none.
    writeFileSync(rom, nrom(0));
    expectOneLine(["random", "--rom", rom], /never left its title screen/);
  });

  it("an unwritable folder for models or logs", () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expectOneLine(["train", "--model-dir", file, "--log-dir", folder], /Cannot write .*a-file/);
    expectOneLine(["train", "--log-dir", file, "--model-dir", folder], /Cannot write .*a-file/);
  });
});

describe("a run that cannot be resumed gets one clear line and exit code 2", () => {
  let run: string;
  let point: string;
  beforeEach(() => {
    run = mkdtempSync(join(folder, "run-"));
    mkdirSync(join(run, "resume"));
    point = join(run, "resume", "point.bin");
  });
  const expectRefusal = (pattern: RegExp): void => {
    expectOneLine(["train", "--resume", run], pattern);
  };

  it("without a point in its folder", () => {
    expectRefusal(/no resume point in .*run-/);
  });

  it("with a folder in the place of its point", () => {
    mkdirSync(point);
    expectRefusal(/point\.bin cannot be read \(EISDIR\)\. Check that it is a file/);
  });

  it.skipIf(process.getuid?.() === 0)("with somebody else's point", () => {
    writeFileSync(point, "", { mode: 0 });
    expectRefusal(/point\.bin cannot be read \(EACCES\).*permission/);
  });

  it("with a point that is damaged, or holds anything else", () => {
    writeFileSync(point, "too short");
    expectRefusal(/point\.bin cannot be resumed from: its checksum is wrong/);
    const body = Buffer.from("not a saved state");
    const checksum = createHash("sha256").update(body).digest();
    writeFileSync(point, Buffer.concat([checksum, body]));
    expectRefusal(/point\.bin cannot be resumed from: its content is not a saved state/);
  });

  it("with a lock that cannot be read", () => {
    mkdirSync(join(run, "running.pid"));
    expectRefusal(/Cannot read the lock .*running\.pid \(EISDIR\)\. Remove it/);
  });
});

describe("help and version", () => {
  it("go to standard output with exit code 0", () => {
    const help = mario(["--help"]);
    expect(help).toMatchObject({ status: 0, stderr: "" });
    for (const command of ["train", "enjoy", "random", "eval", "bench", "doctor", "plot"]) {
      expect(help.stdout).toContain(`\n  ${command}`);
    }
    expect(mario(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(mario(["train", "--help"]).stdout).toContain("--exploration-fraction");
  });
});

/** A cartridge whose program is one jump to itself. */
function nrom(mapper: number): Uint8Array {
  const rom = new Uint8Array(16 + 32_768 + 8192);
  rom.set([0x4e, 0x45, 0x53, 0x1a, 2, 1, ((mapper & 15) << 4) | 1, mapper & 0xf0]);
  rom.set([0x4c, 0x00, 0x80], 16);
  rom.set([0x00, 0x80, 0x00, 0x80, 0x00, 0x80], 16 + 32_768 - 6);
  return rom;
}
