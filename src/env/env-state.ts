import { MarioError } from "../core/errors.js";
import { AREA_COUNT } from "./areas.js";
import { EPISODE_NUMBERS, episodeFrom, episodeToNumbers, type Episode } from "./episode.js";
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
 * then as many for the sticky buttons (four words of their generator, the buttons held); uint16 for
 * each area; the observation, padded to 8 bytes; the emulator's state.
 */
const MAGIC = 0x5645_4d53; // "SMEV" in memory
const VERSION = 3;
const HEADER_BYTES = 16;
const COUNTERS = EPISODE_NUMBERS;
const STICKY_NUMBERS = 5;
const AREAS_AT = HEADER_BYTES + 8 * (COUNTERS + STICKY_NUMBERS);
const OBSERVATION_AT = AREAS_AT + align(2 * AREA_COUNT);

export function packEnvState({ episode, sticky, observation, emulator }: EnvState): Uint8Array {
  const emulatorAt = OBSERVATION_AT + align(observation.length);
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
  episode.furthest.forEach((x, area) => {
    view.setUint16(AREAS_AT + 2 * area, x, true);
  });
  state.set(observation, OBSERVATION_AT);
  state.set(emulator, emulatorAt);
  return state;
}

/**
 * @param observationBytes what this environment's observation has.
 * @throws MarioError STATE_INVALID.
 */
export function unpackEnvState(state: Uint8Array, observationBytes: number): EnvState {
  if (state.length < OBSERVATION_AT) throw invalid("it is truncated", state.length);
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw invalid("it is not one of ours");
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw invalid(`its version is ${version}, not ${VERSION}`, version);
  if (view.getUint32(8, true) !== observationBytes) {
    throw invalid("it was made with another kind of observation");
  }
  const emulatorAt = OBSERVATION_AT + align(observationBytes);
  if (state.length !== emulatorAt + view.getUint32(12, true)) {
    throw invalid("it is truncated", state.length);
  }
  const numbers = Array.from({ length: COUNTERS + STICKY_NUMBERS }, (_, i) =>
    view.getFloat64(HEADER_BYTES + 8 * i, true),
  );
  const furthest = Uint16Array.from({ length: AREA_COUNT }, (_, area) =>
    view.getUint16(AREAS_AT + 2 * area, true),
  );
  const [a, b, c, counter, held] = numbers.slice(COUNTERS);
  return {
    episode: episodeFrom(numbers.slice(0, COUNTERS), furthest),
    sticky: { rng: [a, b, c, counter], held },
    observation: state.subarray(OBSERVATION_AT, OBSERVATION_AT + observationBytes),
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
