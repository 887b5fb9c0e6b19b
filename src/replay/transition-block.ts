import { STACK_FRAMES } from "../core/observation.js";
import type { Transition } from "./transition.js";

/** Transitions of one environment in a row, as typed arrays: what goes from one thread to another. */
export interface TransitionBlock {
  readonly size: number;
  /** Frame ids of s_tm1, then of s_t: `[size, 8] int32`. */
  readonly ids: Int32Array;
  readonly aTm1: Int32Array;
  readonly rT: Float32Array;
  readonly discountT: Float32Array;
}

/** Packs transitions, oldest first. */
export function packTransitions(transitions: readonly Transition[]): TransitionBlock {
  const size = transitions.length;
  const block = {
    size,
    ids: new Int32Array(size * 2 * STACK_FRAMES),
    aTm1: new Int32Array(size),
    rT: new Float32Array(size),
    discountT: new Float32Array(size),
  };
  for (const [i, transition] of transitions.entries()) {
    block.ids.set(transition.sTm1, i * 2 * STACK_FRAMES);
    block.ids.set(transition.sT, i * 2 * STACK_FRAMES + STACK_FRAMES);
    block.aTm1[i] = transition.aTm1;
    block.rT[i] = transition.rT;
    block.discountT[i] = transition.discountT;
  }
  return block;
}
