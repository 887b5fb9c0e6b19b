import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { RUN_SETTINGS_TAG, SUMMARY_TAGS, TAGS } from "../../src/logging/tags.js";

it("every tag is defined in docs/metrics.md, and nothing else is", () => {
  const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z0-9_/…]+)` \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, tag]) => tag).sort()).toEqual(
    [
      ...Object.values(TAGS),
      `${SUMMARY_TAGS.weights}/…`,
      `${SUMMARY_TAGS.gradients}/…`,
      SUMMARY_TAGS.qValues,
      SUMMARY_TAGS.observation,
      `${SUMMARY_TAGS.bestFilm}/…`,
    ].sort(),
  );
  expect(page).toContain(`\`${RUN_SETTINGS_TAG}\``);
});
