import { NES } from "jsnes";
import { TurboNes } from "./turbo/turbo-nes.js";

export interface ConsoleOptions {
  /**
   * Called with each stereo sample, −1 to 1, at `sampleRate`. Without it no sound is synthesised,
   * which changes nothing that the game can see: jsnes still runs the frame counter, the length
   * counters and the sample channel's DMA.
   */
  readonly onAudioSample?: (left: number, right: number) => void;
  /** In Hz. Default 48,000. */
  readonly sampleRate?: number;
  /** Leaves out work that nobody can see. Default true; `false` is plain jsnes, for comparison. */
  readonly turbo?: boolean;
}

/** The one place where a jsnes console is built. @throws whatever jsnes throws for a bad ROM. */
export function createConsole(rom: Uint8Array, options: ConsoleOptions = {}): NES {
  const { onAudioSample = null, sampleRate = 48_000, turbo = true } = options;
  const nes = new (turbo ? TurboNes : NES)({
    emulateSound: onAudioSample !== null,
    onAudioSample,
    sampleRate,
  });
  nes.loadROM(rom);
  usePlainPicture(nes);
  // jsnes adds this field at its first DMA. Having it from the start keeps the processor's hidden
  // class, and the layout of save states, the same throughout; 0 means what `undefined` did.
  nes.cpu._lastDmaReadAddr = 0;
  return nes;
}

/** Asks jsnes itself, with an empty cartridge of that mapper. @param mapper 0 to 4095. */
export function isMapperSupported(mapper: number): boolean {
  const cartridge = new Uint8Array(16 + 16_384 + 8_192);
  cartridge.set([0x4e, 0x45, 0x53, 0x1a, 1, 1]);
  cartridge[6] = (mapper & 0x0f) << 4;
  cartridge[7] = (mapper & 0xf0) | 0x08;
  cartridge[8] = mapper >> 8;
  const nes = new NES({ emulateSound: false });
  try {
    nes.loadROM(cartridge);
  } catch {
    // The ROM object is there all the same, and answers below.
  }
  return nes.rom?.mapperSupported() ?? false;
}

/**
 * jsnes's palette is 0x00BBGGRR (a canvas' byte order) and it blackens 8 pixels on every side.
 * Exchanging red and blue in the palette once gives 0x00RRGGBB pictures at no cost per frame; the
 * game cannot read colours back. It also rights the emphasis bits, which jsnes applies as if its
 * own table were RGB.
 */
function usePlainPicture(nes: NES): void {
  const { ppu } = nes;
  const table = ppu.palTable;
  table.curTable = table.curTable.map(
    (bgr) => ((bgr & 0xff) << 16) | (bgr & 0xff00) | ((bgr >> 16) & 0xff),
  );
  table.makeTables();
  table.currentEmph = -1;
  table.setEmphasis(0);
  ppu.updatePalettes();
  ppu.clipToTvSize = false;
}
