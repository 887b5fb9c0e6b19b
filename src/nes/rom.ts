import { MarioError } from "../core/errors.js";
import { isMapperSupported } from "./console.js";
import { sha1Hex } from "./sha1.js";

/** What a cartridge image says of itself. Sizes in bytes. */
export interface RomInfo {
  /** iNES mapper number; 0 is NROM, the classic's board. */
  readonly mapper: number;
  readonly prgBytes: number;
  /** 0: the cartridge has RAM for its pictures instead. */
  readonly chrBytes: number;
  readonly mirroring: "horizontal" | "vertical" | "four-screen";
  /** The header is NES 2.0 rather than iNES 1.0. */
  readonly isNes2: boolean;
  /** Its header says that it is for a console of 50 frames per second (PAL, Dendy); few do. */
  readonly is50Hz: boolean;
  /** SHA-1 of the whole file, 40 lower-case hexadecimal digits. */
  readonly sha1: string;
}

const HEADER_BYTES = 16;
const TRAINER_BYTES = 512;
const PRG_BANK_BYTES = 16_384;
const CHR_BANK_BYTES = 8_192;
/** The largest commercial cartridge held 1 MiB; refuse absurd files before anything is copied. */
const MAX_ROM_BYTES = 8 * 1024 * 1024;

/**
 * Checks a cartridge image in the iNES or NES 2.0 format and says what it is.
 * Source: https://www.nesdev.org/wiki/INES and https://www.nesdev.org/wiki/NES_2.0
 * @throws MarioError ROM_INVALID (not iNES, truncated, oversized, no program);
 *   ROM_UNSUPPORTED (jsnes has no such mapper, or the sizes use NES 2.0's exponent form).
 */
export function parseRom(bytes: Uint8Array): RomInfo {
  checkMagic(bytes);
  const isNes2 = (bytes[7] & 0x0c) === 0x08;
  const { prgBanks, chrBanks } = bankCounts(bytes, isNes2);
  const trainer = (bytes[6] & 0x04) !== 0 ? TRAINER_BYTES : 0;
  const prgBytes = prgBanks * PRG_BANK_BYTES;
  const chrBytes = chrBanks * CHR_BANK_BYTES;
  if (prgBytes === 0) throw invalid("The ROM file holds no program: its header says 0 PRG banks.");
  const expected = HEADER_BYTES + trainer + prgBytes + chrBytes;
  if (bytes.length < expected) {
    throw invalid(
      `The ROM file is truncated: its header promises ${expected} bytes, it has ${bytes.length}.`,
      bytes.length,
    );
  }
  const mapper = mapperNumber(bytes, isNes2);
  if (!isMapperSupported(mapper)) {
    throw new MarioError("ROM_UNSUPPORTED", `jsnes cannot emulate this ROM's mapper, ${mapper}.`, {
      value: mapper,
      remedy: "Use a cartridge whose mapper jsnes knows; the classic's is 0 (NROM).",
    });
  }
  return {
    mapper,
    prgBytes,
    chrBytes,
    mirroring: mirroring(bytes[6]),
    isNes2,
    is50Hz: is50Hz(bytes, isNes2),
    sha1: sha1Hex(bytes),
  };
}

function checkMagic(bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES) {
    throw invalid(`The ROM file is too short for a header: ${bytes.length} bytes.`, bytes.length);
  }
  const isInes = bytes[0] === 0x4e && bytes[1] === 0x45 && bytes[2] === 0x53 && bytes[3] === 0x1a;
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new MarioError("ROM_INVALID", "The file is a zip archive.", {
      remedy: "Unpack it, and name the .nes file in it.",
    });
  }
  if (!isInes) {
    throw invalid("The file is not an iNES ROM: it does not begin with 'NES' and 0x1A.");
  }
  if (bytes.length > MAX_ROM_BYTES) {
    throw invalid(`The ROM file is too large: ${bytes.length} bytes.`, bytes.length);
  }
}

function bankCounts(header: Uint8Array, isNes2: boolean) {
  if (!isNes2) return { prgBanks: header[4], chrBanks: header[5] };
  const prgHigh = header[9] & 0x0f;
  const chrHigh = header[9] >> 4;
  if (prgHigh === 0x0f || chrHigh === 0x0f) {
    throw new MarioError("ROM_UNSUPPORTED", "The ROM's sizes are in NES 2.0's exponent form.", {
      value: header[9],
      remedy: "Use a dump with an iNES 1.0 header.",
    });
  }
  return { prgBanks: (prgHigh << 8) | header[4], chrBanks: (chrHigh << 8) | header[5] };
}

/** As jsnes reads it: garbage in bytes 8–15 of an old header spoils the high half of the number. */
function mapperNumber(header: Uint8Array, isNes2: boolean): number {
  const low = header[6] >> 4;
  if (isNes2) return low | (header[7] & 0xf0) | ((header[8] & 0x0f) << 8);
  const clean = header.subarray(8, HEADER_BYTES).every((byte) => byte === 0);
  return clean ? low | (header[7] & 0xf0) : low;
}

/** NES 2.0: byte 12 (1 PAL, 3 Dendy). iNES 1.0: bit 0 of byte 9, where old dumps can have garbage. */
function is50Hz(header: Uint8Array, isNes2: boolean): boolean {
  if (isNes2) return (header[12] & 0x01) !== 0;
  return header[9] === 1 && header.subarray(10, HEADER_BYTES).every((byte) => byte === 0);
}

function mirroring(flags: number): RomInfo["mirroring"] {
  if ((flags & 0x08) !== 0) return "four-screen";
  return (flags & 0x01) !== 0 ? "vertical" : "horizontal";
}

function invalid(message: string, value?: unknown): MarioError {
  return new MarioError("ROM_INVALID", message, {
    value,
    remedy: "Give a complete .nes file of a cartridge that you own.",
  });
}
