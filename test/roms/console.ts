import { readFileSync } from "node:fs";
import { NES } from "jsnes";

export const ROM_FILE = new URL("../../roms/fenn.nes", import.meta.url);

/** Buttons of the pad, in the order of jsnes. */
const BUTTONS = ["A", "B", "Select", "Start", "Up", "Down", "Left", "Right"] as const;
export type Button = (typeof BUTTONS)[number];
export type Pad = readonly Button[];

/** Addresses of the RAM contract (roms/README.md). */
export const Ram = {
  playerState: 0x000e,
  slotUsed: 0x000f,
  enemyType: 0x0016,
  floatState: 0x001d,
  enemyPage: 0x006e,
  enemyX: 0x0087,
  enemyY: 0x00cf,
  playerPage: 0x006d,
  playerX: 0x0086,
  viewport: 0x00b5,
  playerY: 0x00ce,
  playerScreenY: 0x03b8,
  blocks: 0x0500,
  leftPage: 0x071a,
  leftX: 0x071c,
  power: 0x0756,
  lives: 0x075a,
  stage: 0x075c,
  world: 0x075f,
  area: 0x0760,
  mode: 0x0770,
  modeStep: 0x0772,
  injuryTimer: 0x079e,
  introTimer: 0x07a0,
  score: 0x07de,
  coins: 0x07ed,
  clock: 0x07f8,
} as const;

/** What jsnes has and its typings leave out. */
interface Insides {
  readonly cpu: { readonly mem: Uint8Array };
  readonly ppu: { readonly buffer: Uint32Array };
  toJSON(): object;
  fromJSON(state: object): void;
}

/** The cartridge in plain jsnes, with nothing of ours between. */
export class TestConsole {
  frames = 0;
  readonly #nes: NES;
  #held: Pad = [];

  constructor(rom: Uint8Array = readFileSync(ROM_FILE)) {
    this.#nes = new NES({ emulateSound: false });
    this.#nes.loadROM(rom);
  }

  /** `[2048] uint8`, live. */
  get ram(): Uint8Array {
    return this.#insides.cpu.mem.subarray(0, 0x800);
  }

  /** `[240 * 256] uint32`, the picture of the last frame. */
  get picture(): Uint32Array {
    return this.#insides.ppu.buffer;
  }

  step(pad: Pad = [], frames = 1): void {
    const key = (button: Button) => BUTTONS.indexOf(button) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
    for (const button of this.#held) if (!pad.includes(button)) this.#nes.buttonUp(1, key(button));
    for (const button of pad)
      if (!this.#held.includes(button)) this.#nes.buttonDown(1, key(button));
    this.#held = pad;
    for (let i = 0; i < frames; i++) this.#nes.frame();
    this.frames += frames;
  }

  /** From power on to the first tick of the stage's clock. */
  startStage(): void {
    this.step([], 40);
    this.step(["Start"], 2);
    for (let i = 0; i < 300 && !this.running; i++) this.step();
    if (!this.running) throw new Error("the stage did not start");
  }

  get running(): boolean {
    const { ram } = this;
    return ram[Ram.mode] === 1 && ram[Ram.modeStep] === 3 && ram[Ram.playerState] === 8;
  }

  get x(): number {
    return this.ram[Ram.playerPage] * 256 + this.ram[Ram.playerX];
  }

  get y(): number {
    return this.ram[Ram.playerY];
  }

  get dying(): boolean {
    const { ram } = this;
    const state = ram[Ram.playerState];
    return state === 6 || state === 0x0b || ram[Ram.viewport] > 1;
  }

  get clock(): number {
    return this.#decimal(Ram.clock, 3);
  }

  get score(): number {
    return this.#decimal(Ram.score, 6);
  }

  get coins(): number {
    return this.#decimal(Ram.coins, 2);
  }

  saveState(): object {
    return structuredClone(this.#insides.toJSON());
  }

  restoreState(state: object): void {
    this.#insides.fromJSON(structuredClone(state));
    for (const button of BUTTONS) {
      this.#nes.buttonUp(1, BUTTONS.indexOf(button) as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7);
    }
    this.#held = [];
  }

  get #insides(): Insides {
    return this.#nes as unknown as Insides;
  }

  #decimal(address: number, digits: number): number {
    let value = 0;
    for (let i = 0; i < digits; i++) value = 10 * value + this.ram[address + i];
    return value;
  }
}
