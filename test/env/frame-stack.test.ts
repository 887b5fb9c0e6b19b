import { expect, it } from "vitest";
import { FrameStack } from "../../src/env/frame-stack.js";

function pushed(stack: FrameStack, value: number): FrameStack {
  stack.frame.set([value, value + 100]);
  stack.push();
  return stack;
}

it("interleaves the last four frames, newest last", () => {
  const stack = new FrameStack(2);
  stack.frame.set([1, 255]);
  stack.fill();
  expect(Array.from(stack.observation)).toEqual([1, 1, 1, 1, 255, 255, 255, 255]);
  pushed(stack, 2);
  expect(Array.from(stack.observation)).toEqual([1, 1, 1, 2, 255, 255, 255, 102]);
  for (const value of [3, 4, 5]) pushed(stack, value);
  expect(Array.from(stack.observation)).toEqual([2, 3, 4, 5, 102, 103, 104, 105]);
});

it("goes on from its state", () => {
  const stack = new FrameStack(2);
  for (const value of [9, 8, 7, 6]) pushed(stack, value);
  const copy = new FrameStack(2);
  copy.setState(stack.getState());
  expect(Array.from(copy.frame)).toEqual([6, 106]);
  expect(pushed(copy, 1).observation).toEqual(pushed(stack, 1).observation);
  expect(() => {
    copy.setState(new Uint8Array(7));
  }).toThrow(expect.objectContaining({ code: "STATE_INVALID" }) as Error);
});
