import { NES, type JsnesPpu } from "jsnes";
import { Background, fetchNextLine } from "./background.js";
import { CROWD, drawSprites, firstLineOfSprite0, isSprite0In, Sprites } from "./sprites.js";

/** jsnes does not export its PPU, but every console has one. */
const StockPpu = new NES({ emulateSound: false }).ppu.constructor as new (nes: NES) => JsnesPpu;

const LINE_DOTS = 341;
const VISIBLE_LINES = 240;
const PRE_RENDER_LINE = 261;
/** From the first of these dots on a line fetches for the next one; by the last it is done. */
const HORIZONTAL_BLANK = 257;
const FETCHES_END = 337;
/** v's and t's horizontal bits: coarse x and one of the nametable's. */
const HORIZONTAL = 0x041f;

/**
 * A PPU that goes through whole lines at once, and through those of a dark frame without drawing
 * them. For cartridges of mapper 0 only: others watch what the PPU fetches.
 */
export class TurboPpu extends StockPpu {
  /** Of a cartridge that counts no lines and watches no reads. */
  #isPlain = false;
  #isDark = false;
  readonly #picture: Uint32Array;
  readonly #pairs: Float64Array;
  /** What is drawn in the dark goes here. */
  readonly #waste: Uint32Array;
  readonly #wastePairs: Float64Array;
  readonly #background = new Background();
  readonly #sprites = new Sprites();

  constructor(nes: NES) {
    super(nes);
    this.#picture = this.buffer;
    this.#pairs = new Float64Array(this.buffer.buffer);
    this.#waste = new Uint32Array(this.buffer.length);
    this.#wastePairs = new Float64Array(this.#waste.buffer);
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
   * Dots from here on in which sprite 0 is certainly not hit, if no register is written to: up to its
   * first pixel, or any number. 0 where that is not plain.
   */
  dotsWithoutHit(): number {
    // One that is on this line or found for the next; with OAM looked through from elsewhere it may
    // be any sprite.
    if (this.sprite0Line || this.sprite0Next) return 0;
    const { line, dot } = this;
    // Sprites are looked through from dot 65 on, from address 0 unless the game has moved it, and dot
    // 66 says whether the first is in range; the sprite fetches up to dot 320 put the address back.
    const isReset = line < VISIBLE_LINES && dot > 66 && dot <= 320;
    if (!isReset && this.sramAddress !== 0) return 0;
    const first = firstLineOfSprite0(this);
    if (line < VISIBLE_LINES && line > this.spriteMem[0]) {
      return isSprite0In(this, line) ? 0 : Infinity;
    }
    return first < VISIBLE_LINES ? this._dotsUntil(first, this.spriteMem[3] + 1) : Infinity;
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
    if (this.#isPlain) {
      if (this.line === PRE_RENDER_LINE) this.#skipPreRender();
      if (this.dotTarget - this.dotsRun >= LINE_DOTS) this.#catchUpByLines();
    }
    super.catchUp();
  }

  /**
   * Before the first line the PPU fetches as in any, for nothing: both halves of the scroll address
   * are set anew from dot 257 on, and the shift registers are filled from dot 321 on.
   */
  #skipPreRender(): void {
    const { dot } = this;
    if (dot < 2 || dot >= HORIZONTAL_BLANK) return;
    if (dot + this.dotTarget - this.dotsRun < FETCHES_END) return;
    this.dotsRun += HORIZONTAL_BLANK - dot;
    this.dot = HORIZONTAL_BLANK;
  }

  /** Stops short of the target by less than a line. */
  #catchUpByLines(): void {
    const target = this.dotTarget;
    while (target - this.dotsRun >= LINE_DOTS) {
      const lines = Math.floor((target - this.dotsRun) / LINE_DOTS);
      if (this.#isAtPlainLine) this.#runLines(Math.min(lines, VISIBLE_LINES - this.line));
      else {
        this.dotTarget = this.dotsRun + LINE_DOTS - this.dot;
        super.catchUp();
      }
    }
    this.dotTarget = target;
  }

  /**
   * At the start of a line that begins as any. jsnes voids the prepared sprite line whenever rendering
   * stops, and when an odd frame leaves a dot out, until it has prepared the next; so rendering is on
   * where there is one. A change of the mask register takes effect within the cycle of the write, a
   * corruption of OAM with it: neither is ever pending over several lines.
   */
  get #isAtPlainLine(): boolean {
    if (this.dot !== 0 || this.line >= VISIBLE_LINES) return false;
    return this.sprLineValid && this.sramAddress === 0;
  }

  /**
   * Whole lines, in which no register is touched. The last one is left in the state in which jsnes
   * leaves it; of those before it that state is made only as far as the next line or the game needs
   * it: the picture, sprite 0's hit and the sprites' overflow.
   */
  #runLines(count: number): void {
    const pairs = this.#isDark ? this.#wastePairs : this.#pairs;
    const { inRange } = this.#sprites;
    this.#background.usePalette(this);
    this.#sprites.survey(this);
    for (let left = count; left > 0; left--) {
      const { line } = this;
      if (!this.#isDark || (this.sprite0Line && this.sprite0HitFlag === 0)) {
        this.#background.drawLine(this, pairs);
        drawSprites(this, this.buffer, this.#background.opaque);
      }
      if (left === 1 || (this.spriteOverflowFlag === 0 && inRange[line] >= CROWD)) {
        this.#finishLine(line);
      } else {
        this._incY();
        this.vramAddress = (this.vramAddress & ~HORIZONTAL) | (this.vramTmpAddress & HORIZONTAL);
        const mayHit = this.sprite0HitFlag === 0 && isSprite0In(this, line);
        if (!this.#isDark || mayHit) {
          fetchNextLine(this);
          this.#sprites.fetchNextLine(this, line);
        } else this.sprite0Line = false;
      }
      this.line++;
      this.scanline++;
    }
    this.dotsRun += count * LINE_DOTS;
  }

  /** All that a line does besides drawing. */
  #finishLine(line: number): void {
    this.secondaryOAM.fill(0xff);
    this._startEvaluation();
    this._evaluateWindow(line);
    this._incY();
    this._spriteFetchSpan(line, HORIZONTAL_BLANK, 321, false);
    fetchNextLine(this);
    this.sprX.set(this.sprLatchX);
    this.sprCount = this.sprFetchCount;
    this._buildSpriteLine(line + 1);
  }
}
