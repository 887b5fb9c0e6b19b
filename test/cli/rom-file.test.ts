import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { televisionNote } from "../../src/cli/rom-file.js";
import { mario } from "./run-cli.js";

const shipped = fileURLToPath(new URL("../../roms/fenn.nes", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mario-rom-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Our cartridge under another name, with byte 9 of its header as given. */
function note(name: string, byte9 = 0): string | undefined {
  const bytes = new Uint8Array(readFileSync(shipped));
  bytes[9] = byte9;
  return televisionNote({ name, path: name, bytes });
}

describe("a cartridge for other televisions", () => {
  it.each(["Game (E).nes", "Game (E) (V1.1) [!].nes", "game (europe, Australia).nes"])(
    "is known by its name: %s",
    (name) => {
      expect(note(name)).toContain(`${name} seems to be the European version`);
    },
  );

  it.each(["Game (U).nes", "Game (World).nes", "Europe.nes", "Game E).nes"])(
    "is none by the name %s",
    (name) => {
      expect(note(name)).toBeUndefined();
      expect(note(name, 1)).toContain("50 Hz");
    },
  );

  it("is played, with one line on standard error", () => {
    const path = join(folder, "Game (Europe).nes");
    copyFileSync(shipped, path);
    const args = ["random", "--episodes", "1", "--action-repeat", "16", "--json", "--rom", path];
    const { status, stdout, stderr } = mario(args);
    expect(stderr).toMatch(/^mario: Game \(Europe\)\.nes seems .* do not compare .*\n$/);
    expect(JSON.parse(stdout)).toHaveProperty("rom", "Game (Europe).nes");
    expect(status).toBe(0);
  });
});
