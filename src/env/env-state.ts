import { MarioError } from "../core/errors.js";
import { EPISODE_FIELDS, episodeFromNumbers, episodeToNumbers, type Episode } from "./episode.js";
import type { StickyState } from "./sticky-buttons.js";

/** What an environment needs to continue. */
export interface EnvState {
  readonly episode: Episode;
  readonly sticky: StickyState;
  /** The frame stack, `[height, width, 4] uint8`. */
  readonly observation: Uint8Array;
  /** A save state of the emulator, which checks itself. */
  readonly emulator: Uint8Array;
}

/*
 * Layout, little-endian: uint32 magic, version, observation bytes, emulator bytes; float64 counters,
 * then as many for the sticky buttons (four words of their generator, the buttons held); the
 * observation, padded to 8 bytes; the emulator's state.
 */
const MAGIC = 0x5645_4d53; // "SMEV" in memory
const VERSION = 2;
const HEADER_BYTES = 16;
const COUNTERS = EPISODE_FIELDS.length;
const STICKY_NUMBERS = 5;
const COUNTER_BYTES = 8 * (COUNTERS + STICKY_NUMBERS);

export function packEnvState({ episode, sticky, observation, emulator }: EnvState): Uint8Array {
  const observationAt = HEADER_BYTES + COUNTER_BYTES;
  const emulatorAt = observationAt + align(observation.length);
  const state = new Uint8Array(emulatorAt + emulator.length);
  const view = new DataView(state.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, observation.length, true);
  view.setUint32(12, emulator.length, true);
  const numbers = [...episodeToNumbers(episode), ...sticky.rng, sticky.held];
  numbers.forEach((value, i) => {
    view.setFloat64(HEADER_BYTES + 8 * i, value, true);
  });
  state.set(observation, observationAt);
  state.set(emulator, emulatorAt);
  return state;
}

/**
 * @param observationBytes what this environment's observation has.
 * @throws MarioError STATE_INVALID.
 */
export function unpackEnvState(state: Uint8Array, observationBytes: number): EnvState {
  const observationAt = HEADER_BYTES + COUNTER_BYTES;
  if (state.length < observationAt) throw invalid("it is truncated", state.length);
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw invalid("it is not one of ours");
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw invalid(`its version is ${version}, not ${VERSION}`, version);
  if (view.getUint32(8, true) !== observationBytes) {
    throw invalid("it was made with another kind of observation");
  }
  const emulatorAt = observationAt + align(observationBytes);
  if (state.length !== emulatorAt + view.getUint32(12, true)) {
    throw invalid("it is truncated", state.length);
  }
  const numbers = Array.from({ length: COUNTERS + STICKY_NUMBERS }, (_, i) =>
    view.getFloat64(HEADER_BYTES + 8 * i, true),
  );
  const [a, b, c, counter, held] = numbers.slice(COUNTERS);
  return {
    episode: episodeFromNumbers(numbers.slice(0, COUNTERS)),
    sticky: { rng: [a, b, c, counter], held },
    observation: state.subarray(observationAt, observationAt + observationBytes),
    emulator: state.subarray(emulatorAt),
  };
}

function align(bytes: number): number {
  return (bytes + 7) & ~7;
}

function invalid(reason: string, value?: unknown): MarioError {
  return new MarioError("STATE_INVALID", `This environment state cannot be used: ${reason}.`, {
    value,
    remedy: "Start the environment anew.",
  });
}
