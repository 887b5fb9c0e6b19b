import { MarioError } from "../core/errors.js";
import { Button } from "../nes/hardware.js";

/** One entry of an action set. */
export interface MarioAction {
  /** e.g. `right+A`. */
  readonly name: string;
  /** [up, left, down, right, A, B], 0 or 1 each: the original environment's order. */
  readonly vector: readonly [number, number, number, number, number, number];
  /** An OR of {@link Button}, for the emulator. */
  readonly buttons: number;
}

/** In the order of {@link MarioAction.vector}. */
const VECTOR_BUTTONS = [
  ["up", Button.up],
  ["left", Button.left],
  ["down", Button.down],
  ["right", Button.right],
  ["A", Button.a],
  ["B", Button.b],
] as const;

function action(name: string): MarioAction {
  const pressed = name === "nothing" ? [] : name.split("+");
  const vector = VECTOR_BUTTONS.map(([button]) => (pressed.includes(button) ? 1 : 0));
  const buttons = VECTOR_BUTTONS.reduce(
    (mask, [button, bit]) => (pressed.includes(button) ? mask | bit : mask),
    0,
  );
  return { name, vector: vector as unknown as MarioAction["vector"], buttons };
}

function actions(names: string): readonly MarioAction[] {
  return names.split(" ").map(action);
}

/**
 * `full` is the original tutorial's space, in its order. The other three are those of
 * gym-super-mario-bros (`actions.py`), in theirs.
 */
export const ACTION_SETS = {
  full: actions(
    "nothing up down left left+A left+B left+A+B right right+A right+B right+A+B A B A+B",
  ),
  "right-only": actions("nothing right right+A right+B right+A+B"),
  simple: actions("nothing right right+A right+B right+A+B A left"),
  complex: actions("nothing right right+A right+B right+A+B A left left+A left+B left+A+B down up"),
} as const;

export type ActionSetName = keyof typeof ACTION_SETS;
export const ACTION_SET_NAMES = Object.keys(ACTION_SETS) as ActionSetName[];

/** @throws MarioError INVALID_OPTION for an unknown name. */
export function actionSet(name: string): readonly MarioAction[] {
  if (Object.hasOwn(ACTION_SETS, name)) return ACTION_SETS[name as ActionSetName];
  throw new MarioError("INVALID_OPTION", `There is no action set '${name}'.`, {
    value: name,
    remedy: `Choose one of: ${ACTION_SET_NAMES.join(", ")}.`,
  });
}
