import type { NES } from "jsnes";
import { MarioError } from "../core/errors.js";
import type { RomInfo } from "./rom.js";

/** A number, boolean, null or undefined that belongs to `owner[key]`. */
interface ScalarField {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

/** Every place in a console where state lives. */
export interface ConsoleFields {
  readonly scalars: readonly ScalarField[];
  /** Bytes of the typed arrays, live; the picture is the last. */
  readonly blocks: readonly Uint8Array[];
  /** FNV-1a over all names and sizes: two consoles with the same hash lay out states alike. */
  readonly layoutHash: number;
  /** @throws MarioError STATE_INVALID when a field has appeared or vanished since the capture. */
  assertUnchanged(): void;
}

interface Component {
  readonly name: string;
  readonly owner: object;
  /** Fields that are not state, and why. */
  readonly skip: readonly string[];
}

type Fields = Record<string, unknown>;

/**
 * Walks the console once and notes where every mutable value is. No list of fields is kept here, so
 * none can be forgotten; what is skipped is named, and a value of an unknown kind is an error.
 * @throws MarioError STATE_INVALID.
 */
export function captureFields(nes: NES, rom: RomInfo): ConsoleFields {
  const scalars: ScalarField[] = [];
  const blocks: Uint8Array[] = [];
  const names: string[] = [];
  const parts = components(nes);
  for (const { name, owner, skip } of parts) {
    const fields = owner as Fields;
    for (const key of Object.keys(owner)) {
      if (skip.includes(key)) continue;
      const path = `${name}.${key}`;
      const value = fields[key];
      if (isScalar(value)) {
        scalars.push({ owner: fields, key });
        names.push(path);
      } else if (ArrayBuffer.isView(value)) {
        const bytes = mutablePart(path, value, rom);
        blocks.push(bytes);
        names.push(`${path}[${bytes.length}]`);
      } else if (Array.isArray(value) && value.every(isScalar)) {
        const elements = value as unknown as Fields;
        value.forEach((_, i) => scalars.push({ owner: elements, key: String(i) }));
        names.push(`${path}(${value.length})`);
      } else {
        throw new MarioError(
          "STATE_INVALID",
          `Save states do not know jsnes's field ${path} (mapper ${rom.mapper}).`,
          { remedy: "Use jsnes 3.0 and a cartridge with mapper 0 (NROM)." },
        );
      }
    }
  }
  blocks.push(bytesOf(nes.ppu.buffer));
  const counts = parts.map(({ owner }) => Object.keys(owner).length);
  return {
    scalars,
    blocks,
    layoutHash: fnv1a(names.join()),
    assertUnchanged() {
      parts.forEach(({ name, owner }, i) => {
        if (Object.keys(owner).length === counts[i]) return;
        throw new MarioError("STATE_INVALID", `jsnes's ${name} has changed its fields.`, {
          remedy: "Use the version of jsnes that this program was written for.",
        });
      });
    },
  };
}

function components(nes: NES): Component[] {
  const { cpu, ppu, papu, controllers, mmap } = nes;
  const channel = ["papu", "dutyLookup", "impLookup"];
  return [
    // The last two follow from the cartridge and from Game Genie codes, which we do not use.
    { name: "cpu", owner: cpu, skip: ["nes", "ppu", "papu", "_gameGenieActive", "directPrgReads"] },
    {
      name: "ppu",
      owner: ppu,
      // `buffer` is added as the last block; `ptTile` and `nameTable` are caches that the renderer
      // does not read (only MMC5 does, which fails on fields of its own); `clipToTvSize` is ours.
      skip: ["nes", "palTable", "buffer", "ptTile", "nameTable", "clipToTvSize"],
    },
    { name: "palette", owner: ppu.palTable, skip: ["emphTable"] },
    {
      name: "papu",
      owner: papu,
      skip: [
        "nes",
        ...["square1", "square2", "triangle", "noise", "dmc"],
        ...["square_table", "tnd_table", "lengthLookup", "dmcFreqLookup", "noiseWavelengthLookup"],
        // How sound is synthesised is the console's own choice, not the game's.
        ...["emulateSound", "sampleRate", "sampleTimerMax"],
      ],
    },
    { name: "square1", owner: papu.square1, skip: channel },
    { name: "square2", owner: papu.square2, skip: channel },
    { name: "triangle", owner: papu.triangle, skip: channel },
    { name: "noise", owner: papu.noise, skip: channel },
    { name: "dmc", owner: papu.dmc, skip: channel },
    { name: "mapper", owner: mmap!, skip: ["nes"] },
    { name: "controller1", owner: controllers[1], skip: [] },
    { name: "controller2", owner: controllers[2], skip: [] },
  ];
}

/**
 * NROM cannot switch banks, so its ROM and its mirroring never change: that halves a state. PPU
 * addresses from 0x4000 up mirror the first half and are never written to.
 */
function mutablePart(path: string, view: ArrayBufferView, rom: RomInfo): Uint8Array {
  const bytes = bytesOf(view);
  if (rom.mapper !== 0) return bytes;
  if (path === "cpu.mem") return bytes.subarray(0, 0x8000);
  if (path === "ppu.vramMem") return bytes.subarray(rom.chrBytes > 0 ? 0x2000 : 0, 0x4000);
  if (path === "ppu.vramMirrorTable") return bytes.subarray(0, 0);
  return bytes;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function isScalar(value: unknown): boolean {
  return (
    typeof value === "number" || typeof value === "boolean" || value === null || value === undefined
  );
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  }
  return hash >>> 0;
}
