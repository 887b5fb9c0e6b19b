import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePlay } from "../../src/cli/play/play-file.js";
import { Emulator } from "../../src/nes/emulator.js";
import { ROM_FILE } from "../roms/console.js";

const script = fileURLToPath(new URL("../../scripts/compare-emulators.mjs", import.meta.url));
const plays = fileURLToPath(new URL("../roms/plays", import.meta.url));

/** What the script prints with `--json`. */
interface Comparison {
  readonly behind: number;
  readonly from: number;
  readonly colours: number;
  readonly results: readonly {
    readonly name: string;
    readonly frames: number;
    readonly compared: number;
    readonly between: number;
    readonly pictures: number;
    readonly wrongPictures: number;
    readonly difference?: { readonly frame: number };
  }[];
}

function compare(args: readonly string[]): { status: number | null; report: Comparison } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--json", ...args], {
    encoding: "utf8",
    timeout: 600_000,
  });
  expect(stderr).toBe("");
  return { status, report: JSON.parse(stdout) as Comparison };
}

/** What not every machine has; that the script finds no program of ours would be a fault. */
const EXCUSES = /no libretro core|C compiler/;

/** Why it cannot be run here, asked of the script itself. */
const missing = (() => {
  const { status, stderr } = spawnSync(process.execPath, [script, "--random", "1:1"], {
    encoding: "utf8",
  });
  return status === 2 && EXCUSES.test(stderr) ? stderr.trim() : undefined;
})();

describe.skipIf(missing !== undefined)(
  `the cartridge in a second emulator${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "mario-second-"));
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("has the same memory after every frame, and shows the same pictures", () => {
      const files = existsSync(plays)
        ? readdirSync(plays).filter((n) => /^\d-\d.*\.json$/.test(n))
        : [];
      const args = files.flatMap((name) => ["--play", join(plays, name)]);
      const { status, report } = compare([...args, "--random", "1:10000"]);
      for (const result of report.results) {
        expect(result.difference, result.name).toBeUndefined();
        expect(result.compared).toBe(result.frames - report.from);
        // Nearly all frames are the same to the byte where both emulators end them.
        expect(result.between).toBeLessThan(result.frames / 100);
        expect(result.wrongPictures, result.name).toBe(0);
        expect(result.pictures).toBeGreaterThan(result.frames / 60);
      }
      expect(report.results).toHaveLength(files.length + 1);
      expect(report.colours).toBeGreaterThan(8);
      expect(report.from).toBeLessThan(60);
      expect(status).toBe(0);
    }, 900_000);

    it("from a stage's start too, which is written into memory while it loads", () => {
      const rom = new Uint8Array(readFileSync(ROM_FILE));
      const file = join(folder, "stage.json");
      const inputs: [number, number][] = [
        [90, 0x82],
        [25, 0x83],
        [60, 0x82],
      ];
      const { sha1 } = new Emulator(rom).rom;
      writeFileSync(file, encodePlay({ rom: sha1, stage: "1-2", frames: 175, inputs }));
      const { status, report } = compare(["--play", file]);
      expect(report.results[0].frames).toBeGreaterThan(300);
      expect(report.results[0].difference).toBeUndefined();
      expect(status).toBe(0);
    }, 300_000);

    it("notices another program, and other pictures", () => {
      const altered = join(folder, "altered.nes");
      const compareWith = (rom: Uint8Array) => {
        writeFileSync(altered, rom);
        return compare(["--second-rom", altered, "--random", "1:600"]);
      };
      // Lives at the start: LDA #2, STA $075A.
      const rom = readFileSync(ROM_FILE);
      const lives = rom.indexOf(Buffer.from([0xa9, 0x02, 0x8d, 0x5a, 0x07]));
      expect(lives).toBeGreaterThan(0);
      rom[lives + 1] = 3;
      const program = spawnSync(
        process.execPath,
        [script, "--second-rom", (writeFileSync(altered, rom), altered), "--random", "1:600"],
        { encoding: "utf8" },
      );
      expect(program.status).toBe(1);
      expect(program.stdout + program.stderr).toMatch(/0x075a: 2 here, 3 there/);

      // Tiles drawn otherwise: the last 8 KiB.
      const tiles = readFileSync(ROM_FILE);
      for (let i = tiles.length - 0x2000; i < tiles.length; i += 3) tiles[i] ^= 0x18;
      const { status, report } = compareWith(tiles);
      expect(status).toBe(1);
      expect(report.results[0].wrongPictures).toBeGreaterThan(0);
    }, 300_000);
  },
);
