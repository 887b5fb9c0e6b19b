/** Power-up of the player. */
export type PowerStatus = "small" | "tall" | "fiery";

/** Player states (`0x000E`) that the environment acts on. */
const PlayerState = { placing: 0x00, autoWalk: [0x04, 0x05], dead: 0x06, dying: 0x0b } as const;

/** Modes (`0x0770`). */
export const Mode = { title: 0, play: 1, worldEnd: 2, gameOver: 3 } as const;

/** Step within mode 1 (`0x0772`) in which the game itself runs. */
export const PLAY_STEP = 3;

/** Enemy type of the flag at a stage's end: of the castle's, in the classic. */
const END_FLAG = 0x31;
const SLIDING_DOWN = 3;
const ENEMY_SLOTS = 5;
/** What the classic writes to `0x07FF` when it starts; our own cartridge keeps 0 there. */
const CLASSIC_MARK = 0xa5;

/**
 * Reads the RAM contract (shared by the classic and by our own cartridge). A thin live view: every
 * property is read anew. Source: the disassembly's labels as listed on
 * https://datacrystal.tcrf.net/wiki/Super_Mario_Bros./RAM_map
 */
export class MarioRam {
  readonly bytes: Uint8Array;

  /** @param ram `[2048] uint8`, live. */
  constructor(ram: Uint8Array) {
    this.bytes = ram;
  }

  /** Pixels from the stage's left edge. */
  get x(): number {
    return this.bytes[0x006d] * 256 + this.bytes[0x0086];
  }

  /** Pixels from the top of the screen; grows downwards. */
  get y(): number {
    return this.bytes[0x03b8];
  }

  /** Pixels of the stage to the left of the screen. */
  get screenLeft(): number {
    return this.bytes[0x071a] * 256 + this.bytes[0x071c];
  }

  /** 0 above the screen, 1 on it, more below it (in a pit). */
  get viewport(): number {
    return this.bytes[0x00b5];
  }

  get playerState(): number {
    return this.bytes[0x000e];
  }

  /** 0 on the ground, 1 jumping, 2 falling, 3 sliding down the pole (or on a vine). */
  get floatState(): number {
    return this.bytes[0x001d];
  }

  get status(): PowerStatus {
    const power = this.bytes[0x0756];
    if (power === 0) return "small";
    return power === 1 ? "tall" : "fiery";
  }

  /** Lives left besides this one; −1 after the last is lost. */
  get lives(): number {
    const lives = this.bytes[0x075a];
    return lives === 0xff ? -1 : lives;
  }

  get coins(): number {
    return this.#decimal(0x07ed, 2);
  }

  get score(): number {
    return this.#decimal(0x07de, 6);
  }

  /** Ticks left on the stage's clock, 0 to 999. */
  get time(): number {
    return this.#decimal(0x07f8, 3);
  }

  /** One-based. */
  get world(): number {
    return this.bytes[0x075f] + 1;
  }

  /** One-based, as on the screen. */
  get stage(): number {
    return this.bytes[0x075c] + 1;
  }

  /** One-based. */
  get area(): number {
    return this.bytes[0x0760] + 1;
  }

  get mode(): number {
    return this.bytes[0x0770];
  }

  get modeStep(): number {
    return this.bytes[0x0772];
  }

  /** It tells which area it loads, as only the classic does. */
  get isClassic(): boolean {
    return this.bytes[0x07ff] === CLASSIC_MARK;
  }

  /** The area that the classic is loading; undefined while it does not, or in another game. */
  get loadingArea(): number | undefined {
    const isLoading = this.isClassic && this.mode === Mode.play && this.modeStep < PLAY_STEP;
    return isLoading ? this.bytes[0x0750] & 0x7f : undefined;
  }

  /** The classic is between two areas: the player is nowhere, its x is not to be read. */
  get isBetweenAreas(): boolean {
    return this.loadingArea !== undefined || (this.isClassic && this.isPlacing);
  }

  /** The stage is loaded; its player and its clock are not set yet, for a frame. */
  get isPlacing(): boolean {
    return this.playerState === PlayerState.placing;
  }

  /**
   * The player slides down the flagpole. The float state alone will not do, a vine has the same; so
   * either the player moves by itself as well, or a flag is loaded.
   */
  get atFlag(): boolean {
    if (this.floatState !== SLIDING_DOWN) return false;
    if (PlayerState.autoWalk.some((state) => state === this.playerState)) return true;
    for (let slot = 0; slot < ENEMY_SLOTS; slot++) {
      if (this.bytes[0x0016 + slot] === END_FLAG) return true;
    }
    return false;
  }

  /**
   * In a pit. Not so where one falls out of the classic's clouds (bonus areas that vines lead to, where
   * `0x0743` is set): that is their exit, and costs no life. While the next area is loaded, its memory
   * is cleared bit by bit: `0x0743` a frame earlier than the viewport.
   */
  get belowScreen(): boolean {
    const isInClouds = this.isClassic && this.bytes[0x0743] !== 0;
    return this.viewport > 1 && !isInClouds && this.loadingArea === undefined;
  }

  /** The life is lost: the death animation runs, or the player is in a pit. */
  get dying(): boolean {
    const state = this.playerState;
    return state === PlayerState.dead || state === PlayerState.dying || this.belowScreen;
  }

  /** Writes the stage that is to be loaded next; all one-based. */
  writeStage(world: number, stage: number, area: number): void {
    this.bytes[0x075f] = world - 1;
    this.bytes[0x075c] = stage - 1;
    this.bytes[0x0760] = area - 1;
  }

  /** One decimal digit a byte. Blank tiles (0x24) of a title screen count as 0. */
  #decimal(address: number, digits: number): number {
    let value = 0;
    for (let i = 0; i < digits; i++) {
      const digit = this.bytes[address + i];
      value = 10 * value + (digit <= 9 ? digit : 0);
    }
    return value;
  }
}
