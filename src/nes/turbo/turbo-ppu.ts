import { NES, type JsnesPpu } from "jsnes";

/** jsnes does not export its PPU, but every console has one. */
const StockPpu = new NES({ emulateSound: false }).ppu.constructor as new (nes: NES) => JsnesPpu;

const LINE_DOTS = 341;
const VISIBLE_LINES = 240;
const SPRITES = 64;
/** From this many sprites in a line on, jsnes decides whether they overflow. */
const CROWD = 8;
/** v's and t's horizontal bits: coarse x and one of the nametable's. */
const HORIZONTAL = 0x041f;

/**
 * A PPU that can go through a frame without drawing it. For cartridges of mapper 0 only: others
 * watch what the PPU fetches.
 */
export class TurboPpu extends StockPpu {
  /** Of a cartridge that counts no lines and watches no reads. */
  #isPlain = false;
  #isDark = false;
  readonly #picture: Uint32Array;
  /** What is drawn in the dark goes here. */
  readonly #waste: Uint32Array;
  /** Sprites that begin in a line less those that end before it. */
  readonly #crowding = new Int8Array(256 + 17);

  constructor(nes: NES) {
    super(nes);
    this.#picture = this.buffer;
    this.#waste = new Uint32Array(this.buffer.length);
  }

  /** To be called before each frame. A dark frame leaves the picture as it was. */
  prepareFrame(isPlain: boolean, isDark: boolean): void {
    this.#isPlain = isPlain;
    this.#isDark = isDark && isPlain;
    this.buffer = this.#isDark ? this.#waste : this.#picture;
  }

  get isPlain(): boolean {
    return this.#isPlain;
  }

  finishFrame(): void {
    this.#isDark = false;
    this.buffer = this.#picture;
  }

  /**
   * Dots from here on in which sprite 0 is certainly not hit, if no register is written to: up to the
   * line before its first. 0 where that is not plain.
   */
  dotsWithoutHit(): number {
    if (!this.renderingOn || this.maskDelay !== 0) return 0;
    if (this.oamCorruptPending || this.sprite0Line || this.sprite0Next) return 0;
    const { line, dot } = this;
    const first = this.spriteMem[0] + 1;
    // Sprites are looked through from dot 65 on, from address 0 unless the game has moved it; the
    // sprite fetches up to dot 320 put it back.
    const isReset = line < VISIBLE_LINES && dot > 65 && dot <= 320;
    if ((!isReset && this.sramAddress !== 0) || first >= VISIBLE_LINES) return 0;
    return line >= VISIBLE_LINES || line < first ? this._dotsUntil(first, 0) : 0;
  }

  /** As jsnes's, without the stop in every line for a counter that these cartridges do not have. */
  override _scheduleNextEvent(): void {
    if (!this.#isPlain) {
      super._scheduleNextEvent();
      return;
    }
    // Vertical blank, its end, and where odd frames leave out a dot.
    let dots = Math.min(this._dotsUntil(241, 1), this._dotsUntil(261, 1));
    dots = Math.min(dots, this._dotsUntil(261, 339));
    if (this.maskDelay !== 0) dots = Math.min(dots, this.maskDelay - 1);
    this.nextEventDot = this.dotsRun + dots;
  }

  override catchUp(): void {
    if (this.#isDark && this.dotTarget - this.dotsRun > 2 * LINE_DOTS) this.#catchUpDarkly();
    super.catchUp();
  }

  /** Stops short of the target by less than two lines, or where jsnes has to go on. */
  #catchUpDarkly(): void {
    const target = this.dotTarget;
    while (target - this.dotsRun > 2 * LINE_DOTS) {
      if (this.dot === 0 && this.line < VISIBLE_LINES) {
        this.#skipLines(Math.floor((target - this.dotsRun) / LINE_DOTS));
      }
      this.dotTarget = this.dotsRun + LINE_DOTS - this.dot;
      super.catchUp();
    }
    this.dotTarget = target;
  }

  /**
   * Goes through whole lines in one go, doing only what is carried from line to line: the scroll
   * address. Everything else (shift registers, sprite units, secondary OAM) a line leaves as if the
   * ones before it had never been, so it is enough that jsnes runs the line after the skipped ones.
   * It, too, must be one where sprite 0 cannot be hit, as it starts with a stale sprite line.
   *
   * @param available lines that can be run as a whole from here, the one for jsnes included.
   */
  #skipLines(available: number): void {
    const { line } = this;
    if (line === 0 || !this.renderingOn || this.maskDelay !== 0 || this.sramAddress !== 0) return;
    if (this.oamCorruptPending || this.spriteSkipGlitch) return;
    if (!this.sprLineValid || this.sprLineFor !== line) return;
    let count = Math.min(available, VISIBLE_LINES - line) - 1;
    if (this.sprite0HitFlag === 0) count = Math.min(count, this.#linesBeforeSprite0());
    if (this.spriteOverflowFlag === 0) count = this.#linesBeforeCrowd(count);
    if (count <= 0) return;

    for (let i = 0; i < count; i++) this._incY();
    this.vramAddress = (this.vramAddress & ~HORIZONTAL) | (this.vramTmpAddress & HORIZONTAL);
    // Two tiles of the next line are fetched at the end of each.
    this._incCoarseX();
    this._incCoarseX();
    this.line = line + count;
    this.scanline += count;
    this.dotsRun += count * LINE_DOTS;
  }

  /** Lines from this one on that may be skipped so that jsnes runs the one before sprite 0's first. */
  #linesBeforeSprite0(): number {
    const first = this.spriteMem[0] + 1;
    if (this.sprite0Line) return 0;
    if (this.line < first) return first - 1 - this.line;
    return this.line < first + this.#spriteHeight ? 0 : VISIBLE_LINES;
  }

  /** At most `count` lines, such that jsnes runs the first with so many sprites that they may overflow. */
  #linesBeforeCrowd(count: number): number {
    const crowding = this.#crowding;
    const height = this.#spriteHeight;
    crowding.fill(0);
    for (let i = 0; i < SPRITES; i++) {
      const y = this.spriteMem[4 * i];
      crowding[y]++;
      crowding[y + height]--;
    }
    const end = this.line + count;
    let sprites = 0;
    for (let line = 0; line < end; line++) {
      sprites += crowding[line];
      if (sprites >= CROWD && line >= this.line) return line - this.line;
    }
    return count;
  }

  get #spriteHeight(): number {
    return this.f_spriteSize === 0 ? 8 : 16;
  }
}
