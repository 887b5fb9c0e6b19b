import type { TrainSettings } from "./schema.js";

type Value = string | number | boolean;

/** Every setting by its path, in the schema's order: `["learning.gamma", 0.99]`. */
export function settingEntries(settings: TrainSettings): [path: string, value: Value][] {
  return Object.entries(settings).flatMap(([section, value]) =>
    typeof value === "object"
      ? Object.entries<Value>(value).map(([name, inner]): [string, Value] => [
          `${section}.${name}`,
          inner,
        ])
      : [[section, value]],
  );
}
