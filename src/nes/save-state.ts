import type { NES } from "jsnes";
import { MarioError } from "../core/errors.js";
import type { RomInfo } from "./rom.js";
import { captureFields, type ConsoleFields } from "./state-fields.js";

/*
 * Layout, little-endian, every part padded to 8 bytes:
 *   header   uint32 magic, version, byte length, layout hash; 20 bytes of the ROM's SHA-1;
 *            uint32 zero; float64 frames
 *   tags     uint8 [scalars]: which kind of value each scalar is
 *   ints     int32 [scalars]
 *   doubles  float64 [scalars]
 *   blocks   the typed arrays, one after the other; the picture is the last
 */
const MAGIC = 0x5453_454e; // "NEST" in memory
const VERSION = 1;
const SHA1_AT = 16;
const FRAMES_AT = 40;
const HEADER_BYTES = 48;

const Tag = { int: 0, double: 1, false: 2, true: 3, null: 4, undefined: 5 } as const;
const TAGS = Object.keys(Tag).length;

/**
 * Binary save states of one console, some 30 µs each way. jsnes's own JSON takes milliseconds before
 * it is even text, changes the console that it saves (it dissolves the prepared sprite line) and
 * leaves out the picture, which an environment needs in the moment of its reset.
 */
export class SaveStateCodec {
  readonly byteLength: number;
  readonly #romSha1: Uint8Array;
  readonly #fields: ConsoleFields;
  readonly #tagsAt: number;
  readonly #intsAt: number;
  readonly #doublesAt: number;
  readonly #blocksAt: number;

  /** @throws MarioError STATE_INVALID when this jsnes or this mapper has state of an unknown kind. */
  constructor(nes: NES, rom: RomInfo) {
    this.#romSha1 = Uint8Array.from({ length: 20 }, (_, i) =>
      Number.parseInt(rom.sha1.slice(2 * i, 2 * i + 2), 16),
    );
    this.#fields = captureFields(nes, rom);
    const scalars = this.#fields.scalars.length;
    this.#tagsAt = HEADER_BYTES;
    this.#intsAt = this.#tagsAt + align(scalars);
    this.#doublesAt = this.#intsAt + align(4 * scalars);
    this.#blocksAt = this.#doublesAt + 8 * scalars;
    this.byteLength = this.#fields.blocks.reduce(
      (end, block) => end + align(block.byteLength),
      this.#blocksAt,
    );
  }

  /** @param picture false leaves out the newest picture, most of the bytes; see {@link restore}. */
  save(frames: number, into?: Uint8Array<ArrayBuffer>, picture = true): Uint8Array<ArrayBuffer> {
    this.#fields.assertUnchanged();
    const state =
      into?.length === this.byteLength && into.byteOffset % 8 === 0
        ? into
        : new Uint8Array(this.byteLength);
    this.#writeHeader(state, frames);
    this.#saveScalars(state);
    const { blocks } = this.#fields;
    const count = picture ? blocks.length : blocks.length - 1;
    let at = this.#blocksAt;
    for (let i = 0; i < count; i++) {
      state.set(blocks[i], at);
      at += align(blocks[i].byteLength);
    }
    return state;
  }

  /**
   * @param picture false leaves the console's picture as it is.
   * @returns the frame count that was saved. @throws MarioError STATE_INVALID, before any change.
   */
  restore(given: Uint8Array, picture = true): number {
    this.#fields.assertUnchanged();
    const state = this.#checked(given);
    this.#restoreScalars(state);
    const { blocks } = this.#fields;
    let at = this.#blocksAt;
    for (const block of picture ? blocks : blocks.slice(0, -1)) {
      block.set(state.subarray(at, at + block.byteLength));
      at += align(block.byteLength);
    }
    return new DataView(state.buffer, state.byteOffset).getFloat64(FRAMES_AT, true);
  }

  #writeHeader(state: Uint8Array<ArrayBuffer>, frames: number): void {
    const view = new DataView(state.buffer, state.byteOffset);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, VERSION, true);
    view.setUint32(8, this.byteLength, true);
    view.setUint32(12, this.#fields.layoutHash, true);
    state.set(this.#romSha1, SHA1_AT);
    view.setFloat64(FRAMES_AT, frames, true);
  }

  #saveScalars(state: Uint8Array<ArrayBuffer>): void {
    const { tags, ints, doubles } = this.#scalarViews(state);
    const { scalars } = this.#fields;
    for (let i = 0; i < scalars.length; i++) {
      const { owner, key } = scalars[i];
      const value = owner[key];
      let tag: number = Tag.int;
      let int = 0;
      let double = 0;
      if (typeof value === "number") {
        if ((value | 0) === value && !Object.is(value, -0)) int = value;
        else {
          tag = Tag.double;
          double = value;
        }
      } else if (typeof value === "boolean") tag = value ? Tag.true : Tag.false;
      else tag = value === null ? Tag.null : Tag.undefined;
      tags[i] = tag;
      ints[i] = int;
      doubles[i] = double;
    }
  }

  /**
   * Whole numbers come back from an Int32Array, not from a Float64Array: V8 would store the latter as
   * boxed doubles, and the emulator's hot fields would be slow from then on.
   */
  #restoreScalars(state: Uint8Array<ArrayBuffer>): void {
    const { tags, ints, doubles } = this.#scalarViews(state);
    const { scalars } = this.#fields;
    for (let i = 0; i < scalars.length; i++) {
      const { owner, key } = scalars[i];
      const tag = tags[i];
      if (tag === Tag.int) owner[key] = ints[i];
      else if (tag === Tag.double) owner[key] = doubles[i];
      else if (tag === Tag.false) owner[key] = false;
      else if (tag === Tag.true) owner[key] = true;
      else owner[key] = tag === Tag.null ? null : undefined;
    }
  }

  #scalarViews(state: Uint8Array<ArrayBuffer>) {
    const { buffer, byteOffset } = state;
    const { length } = this.#fields.scalars;
    return {
      tags: new Uint8Array(buffer, byteOffset + this.#tagsAt, length),
      ints: new Int32Array(buffer, byteOffset + this.#intsAt, length),
      doubles: new Float64Array(buffer, byteOffset + this.#doublesAt, length),
    };
  }

  /** @returns the state itself, or an aligned copy of it in an ArrayBuffer. */
  #checked(given: Uint8Array): Uint8Array<ArrayBuffer> {
    if (given.length < HEADER_BYTES) throw invalid("it is too short for a header", given.length);
    const view = new DataView(given.buffer, given.byteOffset, given.byteLength);
    if (view.getUint32(0, true) !== MAGIC) throw invalid("it is not one of ours");
    const version = view.getUint32(4, true);
    if (version !== VERSION) throw invalid(`its version is ${version}, not ${VERSION}`, version);
    if (this.#romSha1.some((byte, i) => given[SHA1_AT + i] !== byte)) {
      throw invalid("it belongs to another ROM");
    }
    if (view.getUint32(12, true) !== this.#fields.layoutHash) {
      throw invalid("it was made by another version of the emulator");
    }
    if (view.getUint32(8, true) !== this.byteLength || given.length !== this.byteLength) {
      throw invalid(`it has ${given.length} bytes instead of ${this.byteLength}`, given.length);
    }
    const tags = given.subarray(this.#tagsAt, this.#tagsAt + this.#fields.scalars.length);
    if (tags.some((tag) => tag >= TAGS)) throw invalid("it is damaged");
    const usable = given.buffer instanceof ArrayBuffer && given.byteOffset % 8 === 0;
    return usable ? (given as Uint8Array<ArrayBuffer>) : new Uint8Array(given);
  }
}

function align(bytes: number): number {
  return (bytes + 7) & ~7;
}

function invalid(reason: string, value?: unknown): MarioError {
  return new MarioError("STATE_INVALID", `This save state cannot be used: ${reason}.`, {
    value,
    remedy: "Make a new state with this ROM and this version.",
  });
}
