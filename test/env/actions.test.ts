import { expect, it } from "vitest";
import { ACTION_SETS, actionSet } from "../../src/env/actions.js";
import { Button } from "../../src/nes/hardware.js";

const { a, b, up, down, left, right } = Button;

it("the 14 actions are the original's, in its order", () => {
  // [up, left, down, right, A, B]
  expect(
    ACTION_SETS.full.map(({ name, vector, buttons }) => [name, vector.join(""), buttons]),
  ).toEqual([
    ["nothing", "000000", 0],
    ["up", "100000", up],
    ["down", "001000", down],
    ["left", "010000", left],
    ["left+A", "010010", left | a],
    ["left+B", "010001", left | b],
    ["left+A+B", "010011", left | a | b],
    ["right", "000100", right],
    ["right+A", "000110", right | a],
    ["right+B", "000101", right | b],
    ["right+A+B", "000111", right | a | b],
    ["A", "000010", a],
    ["B", "000001", b],
    ["A+B", "000011", a | b],
  ]);
});

it("the smaller sets are gym-super-mario-bros', in their order", () => {
  const names = (set: keyof typeof ACTION_SETS) =>
    ACTION_SETS[set].map(({ name }) => name).join(" ");
  expect(names("right-only")).toBe("nothing right right+A right+B right+A+B");
  expect(names("simple")).toBe("nothing right right+A right+B right+A+B A left");
  expect(names("complex")).toBe(
    "nothing right right+A right+B right+A+B A left left+A left+B left+A+B down up",
  );
});

it("no action presses Start or Select, or two opposite directions", () => {
  for (const set of Object.values(ACTION_SETS)) {
    for (const { buttons } of set) {
      expect(buttons & (Button.start | Button.select)).toBe(0);
      expect((buttons & (left | right)) === (left | right)).toBe(false);
      expect((buttons & (up | down)) === (up | down)).toBe(false);
    }
  }
});

it("an unknown set is refused, also an inherited name", () => {
  expect(actionSet("simple")).toBe(ACTION_SETS.simple);
  for (const name of ["", "toString", "14"]) {
    expect(() => actionSet(name)).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }) as Error,
    );
  }
});
