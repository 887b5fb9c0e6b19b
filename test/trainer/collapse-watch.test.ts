import { expect, it } from "vitest";
import { CollapseWatch } from "../../src/trainer/collapse-watch.js";

const told = (watch: CollapseWatch, ...means: number[]) =>
  means.map((mean, step) => watch.add(step, mean));

it("tells once when half of the best mean is lost, and again when that happens anew", () => {
  const watch = new CollapseWatch();
  const [rising, wavering] = [told(watch, 100, 900, 1000), told(watch, 700, 501, 1000, 500)];
  expect([...rising, ...wavering]).toEqual(Array<undefined>(7).fill(undefined));
  expect(watch.add(50, 499)).toEqual({ best: 1000, bestStep: 2, mean: 499 });
  expect(told(watch, 300, 600, 400)).toEqual([undefined, undefined, undefined]);
  expect(watch.add(90, 750)).toBeUndefined();
  expect(watch.add(91, 100)).toMatchObject({ best: 1000, mean: 100 });
});

it("says nothing of a run that never got anywhere", () => {
  expect(told(new CollapseWatch(), 0, -5, 0, -20)).toEqual(Array<undefined>(4).fill(undefined));
});

it("goes on from its state", () => {
  const before = new CollapseWatch();
  told(before, 800, 300);
  const after = new CollapseWatch();
  after.setState(structuredClone(before.getState()));
  expect(after.add(9, 200)).toBeUndefined();
  expect(after.add(10, 700)).toBeUndefined();
  expect(after.add(11, 399)).toEqual({ best: 800, bestStep: 0, mean: 399 });
});
