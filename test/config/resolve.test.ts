import { describe, expect, it } from "vitest";
import { presetNames } from "../../src/config/presets.js";
import { resolveSettings, type SettingsOverrides } from "../../src/config/resolve.js";

const invalid = (message: RegExp) =>
  expect.objectContaining({
    code: "INVALID_OPTION",
    message: expect.stringMatching(message) as string,
  }) as Error;

describe("resolveSettings", () => {
  it.each(presetNames)("accepts the preset %s as it is", (name) => {
    expect(resolveSettings(name, {})).toMatchObject({ preset: name });
  });

  it("replaces what is given and keeps the rest", () => {
    const before = resolveSettings("rainbow", {});
    const after = resolveSettings("rainbow", {
      learning: { munchausen: true, gamma: undefined },
      network: { head: "quantile" },
    });
    expect(after).toEqual({
      ...before,
      learning: { ...before.learning, munchausen: true },
      network: { ...before.network, head: "quantile" },
    });
  });

  it.each<[SettingsOverrides]>([
    [{ network: { noisy: true }, exploration: { initialEpsilon: 0, finalEpsilon: 0 } }],
    [{ network: { noisy: false }, exploration: { initialEpsilon: 1, finalEpsilon: 0 } }],
    [{ network: { noisy: false }, exploration: { initialEpsilon: 0, finalEpsilon: 0.01 } }],
  ])("accepts what explores by itself: %j", (overrides) => {
    expect(resolveSettings("fast", overrides)).toMatchObject(overrides);
  });

  it.each<[SettingsOverrides, RegExp]>([
    [{ network: { head: "c51", vMin: 3, vMax: 3 } }, /from 3 to 3/],
    [{ network: { head: "c51", atoms: 1 } }, /1 atom/],
    [{ network: { head: "quantile" }, learning: { loss: "squared" } }, /squared/],
    [
      { network: { noisy: false }, exploration: { initialEpsilon: 0, finalEpsilon: 0 } },
      /Nothing would be explored/,
    ],
    [{ exploration: { finalEpsilon: 0, fraction: 0 } }, /Nothing would be explored/],
    [{ learning: { munchausenClip: 1 } }, /learning\.munchausenClip/],
    [{ learning: { targetTau: 0 } }, /learning\.targetTau/],
    [{ learning: { adamEpsilon: -1 } }, /learning\.adamEpsilon/],
    [{ replay: { priorityAlpha: 2 } }, /replay\.priorityAlpha/],
    [{ replay: { capacity: 10 } }, /batch of 32/],
    [
      { replay: { capacity: 16, batchSize: 16 }, actors: { environments: 32 } },
      /no room for each of 32 environments/,
    ],
    [{ network: { vMin: NaN } }, /network\.vMin/],
  ])("refuses %j", (overrides, message) => {
    expect(() => resolveSettings("fast", overrides)).toThrow(invalid(message));
  });
});
