import { z } from "zod";
import { MarioError } from "../core/errors.js";
import { presets, type PresetName } from "./presets.js";
import { trainSettingsSchema, type TrainSettings } from "./schema.js";

type Section<T> = T extends object ? { readonly [K in keyof T]?: T[K] | undefined } : T;
/** A preset's values to replace; what is undefined stays as it is. */
export type SettingsOverrides = {
  readonly [K in keyof TrainSettings]?: Section<TrainSettings[K]> | undefined;
};

/**
 * A preset with some of its values replaced, checked as a whole.
 * @throws MarioError INVALID_OPTION naming the first setting that is wrong.
 */
export function resolveSettings(preset: PresetName, overrides: SettingsOverrides): TrainSettings {
  const merged: Record<string, unknown> = { ...presets[preset] };
  for (const [name, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    merged[name] = isSection(value) ? { ...(merged[name] as object), ...defined(value) } : value;
  }
  return checkSettings(merged);
}

/** Checks settings from anywhere. @throws MarioError INVALID_OPTION. */
function checkSettings(candidate: unknown): TrainSettings {
  const result = trainSettingsSchema.safeParse(candidate);
  if (!result.success) {
    throw new MarioError("INVALID_OPTION", describe(result.error), { value: candidate });
  }
  const settings = result.data;
  if (settings.replay.batchSize > settings.replay.capacity) {
    throw new MarioError(
      "INVALID_OPTION",
      `A batch of ${settings.replay.batchSize} does not fit into a replay memory of ${settings.replay.capacity}.`,
      { remedy: "Raise the replay capacity." },
    );
  }
  const { environments } = settings.actors;
  if (settings.replay.capacity < environments) {
    throw new MarioError(
      "INVALID_OPTION",
      `A replay memory of ${settings.replay.capacity} has no room for each of ${environments} environments.`,
      { remedy: `Give --buffer-size ${environments} or more.` },
    );
  }
  const wrong = contradictionIn(settings);
  if (wrong) throw new MarioError("INVALID_OPTION", wrong.message, { remedy: wrong.remedy });
  return settings;
}

/** The first of the values that are right one by one, but not together. */
function contradictionIn({
  network,
  learning,
  exploration,
}: TrainSettings): { message: string; remedy: string } | undefined {
  const { head, atoms, vMin, vMax } = network;
  if (head === "c51" && vMin >= vMax) {
    return {
      message: `A c51 head cannot have returns from ${vMin} to ${vMax}.`,
      remedy: "Give a --v-min below --v-max.",
    };
  }
  if (head !== "scalar" && atoms < 2) {
    return {
      message: `${atoms} atom is no distribution.`,
      remedy: "Raise --atoms, or use --head scalar.",
    };
  }
  if (head === "quantile" && learning.loss === "squared") {
    return {
      message: "Quantiles are not learned with a squared error.",
      remedy: "Use --loss huber, or --head scalar.",
    };
  }
  const { finalEpsilon, fraction, initialEpsilon } = exploration;
  if (!network.noisy && finalEpsilon === 0 && (initialEpsilon === 0 || fraction === 0)) {
    return {
      message: "Nothing would be explored: no decision is random, and the network has no noise.",
      remedy: "Give a --final-epsilon above 0, or --noisy.",
    };
  }
  return undefined;
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function defined(section: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(section).filter(([, value]) => value !== undefined));
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue.path.join(".")}: ${issue.message}.`;
}
