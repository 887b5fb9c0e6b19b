import { describe, expect, it } from "vitest";
import { ACTION_SETS } from "../../../src/env/actions.js";
import { HAND_BACK_MS, nearestAction, Person } from "../../../src/viewer/enjoy/person.js";

const [A, B, UP, DOWN, LEFT, RIGHT] = [1, 2, 16, 32, 64, 128];

describe("nearestAction", () => {
  const name = (set: keyof typeof ACTION_SETS, pressed: number): string => {
    const actions = ACTION_SETS[set];
    return actions[
      nearestAction(
        actions.map(({ buttons }) => buttons),
        pressed,
      )
    ].name;
  };

  it("finds every action of the full set by its own buttons", () => {
    const actions = ACTION_SETS.full;
    const masks = actions.map(({ buttons }) => buttons);
    expect(masks.map((mask) => nearestAction(masks, mask))).toEqual(masks.map((_, i) => i));
  });

  it.each([
    ["full", UP | RIGHT | A, "right+A"],
    ["full", LEFT | RIGHT | A, "A"],
    ["full", UP | DOWN, "nothing"],
    ["right-only", LEFT | A, "nothing"],
    ["right-only", RIGHT | A | B, "right+A+B"],
    ["simple", LEFT | B, "left"],
    ["simple", B, "nothing"],
    ["complex", DOWN | A, "A"],
  ] as const)("in %s, %i is %s", (set, pressed, expected) => {
    expect(name(set, pressed)).toBe(expected);
  });
});

describe("Person", () => {
  it("has control from the first key until a while after the last", () => {
    let now = 10_000;
    const person = new Person(() => now);
    const page = {};
    expect(person.hasControl).toBe(false);
    person.press(page, RIGHT);
    now += 60_000;
    expect([person.hasControl, person.buttons]).toEqual([true, RIGHT]);
    person.press(page, 0);
    expect([person.hasControl, person.buttons]).toEqual([true, 0]);
    now += HAND_BACK_MS - 1;
    expect(person.hasControl).toBe(true);
    now += 1;
    expect(person.hasControl).toBe(false);
  });

  it("adds up the keys of several pages, and a page without keys changes nothing", () => {
    let now = 0;
    const person = new Person(() => now);
    const [one, other] = [{}, {}];
    person.press(one, RIGHT);
    person.press(other, A);
    expect(person.buttons).toBe(RIGHT | A);
    person.leave(one);
    expect(person.buttons).toBe(A);
    person.leave(other);
    now = HAND_BACK_MS;
    person.press(one, 0);
    expect(person.hasControl).toBe(false);
  });
});
