import type { JsnesButton, NES } from "jsnes";
import { MarioError } from "../core/errors.js";
import { createConsole, type ConsoleOptions } from "./console.js";
import { parseRom, type RomInfo } from "./rom.js";
import { SaveStateCodec } from "./save-state.js";
import { TurboNes } from "./turbo/turbo-nes.js";

/** The console's own RAM, mirrored up to 0x1FFF. */
const RAM_BYTES = 0x800;

/** One console with one cartridge in it, advanced a frame at a time. */
export class Emulator {
  readonly rom: RomInfo;
  /** `[2048] uint8`: the live RAM, not a copy. Writing to it changes the game. */
  readonly ram: Uint8Array;
  /** The console inside, for tests and for the turbo; everybody else uses the methods. */
  readonly nes: NES;
  #lazyCodec: SaveStateCodec | undefined;
  #frames = 0;
  /** Without its picture. */
  #mark: Uint8Array<ArrayBuffer> | undefined;

  /**
   * Powers the console on.
   * @param rom the bytes of an iNES file.
   * @throws MarioError ROM_INVALID, ROM_UNSUPPORTED.
   */
  constructor(rom: Uint8Array, options: ConsoleOptions = {}) {
    this.rom = parseRom(rom);
    try {
      this.nes = createConsole(rom, options);
    } catch (cause) {
      throw new MarioError("ROM_INVALID", "jsnes refuses this ROM.", {
        cause,
        remedy: "Check that the file is a complete dump.",
      });
    }
    this.ram = this.nes.cpu.mem.subarray(0, RAM_BYTES);
  }

  /** Frames since power on; a restored state brings its own count back. */
  get frames(): number {
    return this.#frames;
  }

  /**
   * The newest picture drawn, `[240, 256] uint32`, 0x00RRGGBB, row by row: the live buffer,
   * overwritten by the next frame. 64 colours at most, times the PPU's colour emphasis. Where the
   * game hides the leftmost 8 columns they are black.
   */
  get screen(): Uint32Array {
    return this.nes.ppu.buffer;
  }

  /**
   * Holds exactly these buttons of the first controller and runs to the start of the next vertical
   * blank, 1/60.0988 s.
   * @param buttons an OR of `Button`.
   * @param look `dark` may leave {@link Emulator.screen} at an earlier frame, and takes a fraction of
   * the time; all else is the same.
   * @throws MarioError ROM_INVALID when the program runs into an opcode that jams a real console.
   */
  stepFrame(buttons: number, look: "drawn" | "dark" = "drawn"): void {
    for (let key = 0; key < 8; key++) {
      if (((buttons >> key) & 1) === 1) this.nes.buttonDown(1, key as JsnesButton);
      else this.nes.buttonUp(1, key as JsnesButton);
    }
    try {
      if (this.nes instanceof TurboNes) this.nes.runFrame(look === "dark");
      else this.nes.frame();
    } catch (cause) {
      throw new MarioError("ROM_INVALID", `The game crashed in frame ${this.#frames}.`, {
        cause,
        remedy: "Check the ROM; a bad dump is the usual reason.",
      });
    }
    this.#frames++;
  }

  /**
   * Everything that decides the future, and the newest picture, in one block of bytes.
   * @param into reused when it has the right length (see {@link Emulator.saveStateBytes}).
   * @throws MarioError STATE_INVALID for a cartridge whose mapper keeps state of an unknown kind.
   */
  saveState(into?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return this.#codec.save(this.#frames, into);
  }

  /** Built on first use: a cartridge whose state we cannot save can still be played. */
  get #codec(): SaveStateCodec {
    return (this.#lazyCodec ??= new SaveStateCodec(this.nes, this.rom));
  }

  /** Length of a save state of this cartridge. */
  get saveStateBytes(): number {
    return this.#codec.byteLength;
  }

  /**
   * Continues exactly where the state was saved, also in another `Emulator` of the same ROM.
   * @throws MarioError STATE_INVALID; the console is then untouched.
   */
  restoreState(state: Uint8Array): void {
    this.#frames = this.#codec.restore(state);
    this.nes.crashed = false;
  }

  /** Remembers this moment, for {@link Emulator.rewind}. Costs less than a save state. */
  mark(): void {
    this.#mark = this.#codec.save(this.#frames, this.#mark, false);
  }

  /** Back to the last {@link Emulator.mark}; the screen stays as it is until the next frame drawn. */
  rewind(): void {
    if (this.#mark === undefined) return;
    this.#frames = this.#codec.restore(this.#mark, false);
    this.nes.crashed = false;
  }
}
