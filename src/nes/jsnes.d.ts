/**
 * The parts of jsnes 3.0 that we touch. Its own typings do not resolve under NodeNext (relative
 * imports without extensions) and say nothing of the console's insides.
 */
declare module "jsnes" {
  /** A 6502: `mem` is the 64 KiB address space, of which 0x0000–0x07FF is the console's RAM. */
  export interface JsnesCpu {
    ppu: JsnesPpu;
    papu: JsnesPapu;
    readonly mem: Uint8Array;
    /** Since power on. */
    cycles: number;
    /** Program counter, 16 bits. */
    REG_PC: number;
    REG_ACC: number;
    REG_X: number;
    REG_Y: number;
    REG_SP: number;
    /** Flags are 0 or 1, except that this one holds the last result and is set when that is 0. */
    F_ZERO: number;
    F_CARRY: number;
    F_SIGN: number;
    F_OVERFLOW: number;
    F_INTERRUPT: number;
    dataBus: number;
    /** One bit for each device that asks for an interrupt. */
    irqFlags: number;
    nmiLine: boolean;
    needNmi: boolean;
    prevNeedNmi: boolean;
    runIrq: boolean;
    prevRunIrq: boolean;
    resetPending: boolean;
    dmaNeedHalt: boolean;
    oamDmaRunning: boolean;
    /** High byte of the address that sprites are copied from. */
    oamDmaPage: number;
    dmcDmaRunning: boolean;
    dmcDmaAbort: boolean;
    /** The cycle in which the last DMA ended. */
    lastDmaEndCycle: number;
    /** Reads from 0x8000 up come from `mem`, without asking the cartridge. */
    readonly directPrgReads: boolean;
    _lastDmaReadAddr: number;
    /** Runs one instruction. @returns the cycles that it took, interrupt and DMA included. */
    emulate(): number;
  }

  export interface JsnesPaletteTable {
    curTable: Uint32Array;
    currentEmph: number;
    makeTables(): void;
    setEmphasis(emphasis: number): void;
  }

  /** Names as on https://www.nesdev.org/wiki/PPU_scrolling: v is `vramAddress`, t `vramTmpAddress`. */
  export interface JsnesPpu {
    /** 256 × 240 pixels, row by row; complete when `frame()` returns. */
    buffer: Uint32Array;
    readonly vramMem: Uint8Array;
    /** Where an address of `vramMem` really lies. */
    readonly vramMirrorTable: Uint16Array;
    /** Colours of the 32 palette entries, 0 to 15 for the background. */
    readonly palColors: Uint32Array;
    /** 64 sprites of 4 bytes: y, tile, attributes, x. */
    readonly spriteMem: Uint8Array;
    readonly palTable: JsnesPaletteTable;
    /** Blacks out 8 pixels on every side, as an old television would. */
    clipToTvSize: boolean;
    /** Line 0–261 (240 and up are not seen) and dot 0–340 that is next. */
    line: number;
    dot: number;
    /** The same line, counted from the vertical blank. */
    scanline: number;
    /** Dots that the processor has asked for, dots run, and the next event that it would notice. */
    dotTarget: number;
    dotsRun: number;
    nextEventDot: number;
    /** Set at the start of the vertical blank. */
    frameEnded: boolean;
    nmiOutput: boolean;
    /** `nmiOutput` when the processor last looked at it in a cycle with an event. */
    nmiAtPoll: boolean;
    /** What the last access left on the PPU's own bus, and the frames until that fades. */
    openBusLatch: number;
    openBusDecayFrames: number;
    vblankFlag: number;
    sprite0HitFlag: number;
    spriteOverflowFlag: number;
    renderingOn: boolean;
    /** Dots until a write to the mask register takes effect; 0 when none is underway. */
    maskDelay: number;
    vramAddress: number;
    vramTmpAddress: number;
    sramAddress: number;
    /** The scroll's lowest 3 bits, x on the wiki. */
    readonly fineX: number;
    readonly f_bgPatternTable: number;
    readonly f_spPatternTable: number;
    /** Show background, sprites; show them in the leftmost 8 columns. */
    readonly f_bgVisibility: number;
    readonly f_spVisibility: number;
    readonly f_bgClipping: number;
    readonly f_spClipping: number;
    /** Two tiles each, the first in the high byte: low and high bits of their pixels. */
    bgShiftLo: number;
    bgShiftHi: number;
    /** Palette of the first tile, one bit for each pixel; of the second. */
    attrShiftLo: number;
    attrShiftHi: number;
    attrLatchLo: number;
    attrLatchHi: number;
    /** The tile fetched last: number, palette, pixels' low and high bits. */
    ntByte: number;
    atBits: number;
    ptLo: number;
    ptHi: number;
    /** 0: sprites of 8 × 8 pixels; 1: of 8 × 16. */
    f_spriteSize: number;
    oamCorruptPending: boolean;
    /** Sprite 0 is on this line; it was found for the next one. */
    sprite0Line: boolean;
    sprite0Next: boolean;
    /** The sprites found for the next line: 8 of 4 bytes. */
    readonly secondaryOAM: Uint8Array;
    /** The sprites of this line: pixels' low and high bits, attributes, columns; how many. */
    readonly sprLo: Uint8Array;
    readonly sprHi: Uint8Array;
    readonly sprAttr: Uint8Array;
    readonly sprX: Uint8Array;
    sprCount: number;
    /** The same for the next line. */
    readonly sprLatchX: Uint8Array;
    sprFetchCount: number;
    /**
     * Their pixels: bits 0 to 4 palette entry, 0 where there is none; bit 8 behind the background;
     * bit 9 of sprite 0. Valid or not, and for which line.
     */
    readonly sprLine: Uint16Array;
    sprLineValid: boolean;
    sprLineFor: number;
    spriteSkipGlitch: boolean;
    startFrame(): void;
    updatePalettes(): void;
    /** Runs all dots that the processor has asked for. */
    catchUp(): void;
    _dotsUntil(line: number, dot: number): number;
    _incCoarseX(): void;
    _incY(): void;
    _scheduleNextEvent(): void;
    /** The parts of a line: sprites for the next line are found, fetched, and made pixels of. */
    _startEvaluation(): void;
    _evaluateWindow(line: number): void;
    _spriteFetchSpan(line: number, fromDot: number, toDot: number, isPreRender: boolean): void;
    _buildSpriteLine(line: number): void;
  }

  /** The delta modulation channel: https://www.nesdev.org/wiki/APU_DMC. */
  export interface JsnesSampleChannel {
    /** In processor cycles, both even. */
    timer: number;
    readonly period: number;
    readonly silence: boolean;
    readonly bufferEmpty: boolean;
    readonly bytesRemaining: number;
    shiftRegister: number;
    bitsRemaining: number;
    readonly startDelay: number;
    readonly disableDelay: number;
  }

  export interface JsnesPapu {
    readonly square1: object;
    readonly square2: object;
    readonly triangle: object;
    readonly noise: object;
    readonly dmc: JsnesSampleChannel;
    readonly emulateSound: boolean;
    /** The processor cycle at which the APU next does more than count. */
    nextEventCycle: number;
    /** The last processor cycle that the APU has been through. */
    lastCycle: number;
    frameCycleCounter: number;
    nextFrameEvent: number;
    frameIrqClearDelay: number;
    _scheduleNextEvent(): void;
    _advance(cycles: number): void;
  }

  export interface JsnesController {
    clock(): void;
  }

  export interface JsnesRom {
    mapperSupported(): boolean;
    readonly mapperType: number;
  }

  export interface JsnesMapper {
    /** Where the light gun points; null without one. */
    readonly zapperX: number | null;
  }

  export type JsnesButton = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

  export interface NesOptions {
    readonly onFrame?: (buffer: Uint32Array) => void;
    readonly onAudioSample?: ((left: number, right: number) => void) | null;
    readonly emulateSound?: boolean;
    readonly sampleRate?: number;
  }

  export class NES {
    constructor(options: NesOptions);
    readonly cpu: JsnesCpu;
    ppu: JsnesPpu;
    papu: JsnesPapu;
    /** `null` until a ROM is loaded. */
    readonly mmap: JsnesMapper | null;
    /** Absent until a ROM is loaded. */
    readonly rom?: JsnesRom;
    readonly controllers: Readonly<Record<1 | 2, JsnesController>>;
    crashed: boolean;
    fpsFrameCount: number;
    readonly frame: () => void;
    readonly buttonDown: (controller: 1 | 2, button: JsnesButton) => void;
    readonly buttonUp: (controller: 1 | 2, button: JsnesButton) => void;
    loadROM(data: Uint8Array): void;
    /** Makes a new processor, picture and sound unit. */
    reset(): void;
  }
}
