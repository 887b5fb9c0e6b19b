import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, it, vi } from "vitest";
import { BACKEND_NAMES } from "../../src/nn/backend.js";
import { reportBackends, selectBackend } from "../../src/nn/select-backend.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("falls back to wasm, and says why, where the addon cannot be had", async (ctx) => {
  vi.stubEnv("MARIO_ADDON", "mario_absent");
  const { name, note } = await selectBackend("auto", { threads: 1 });
  ctx.skip(name === "tensorflow" || name === "webgpu", "a GPU is chosen here");
  expect(name).toBe("wasm");
  expect(note).toMatch(/takes wasm: .*\. The oneDNN addon is not built\. .*npm run setup\.$/);
});

it("reports every backend, each unavailable one with a reason and a remedy", async () => {
  await selectBackend("cpu");
  const reports = await reportBackends();
  expect(reports.map(({ name }) => name)).toEqual([...BACKEND_NAMES]);
  for (const report of reports) {
    expect(report.detail).toMatch(/^[^\n]{10,}$/);
    if (!report.available) expect(report.remedy).toMatch(/install|npm run setup/i);
  }
  const available = new Set(reports.filter((r) => r.available).map((r) => r.name));
  expect(available).toContain("wasm");
  expect(available).toContain("cpu");
  expect(tf.getBackend()).toBe("cpu");
});

it("chooses by itself the fastest that works, never plain JavaScript", async (ctx) => {
  const reports = await reportBackends();
  const onednn = reports.find(({ name }) => name === "onednn")!.available;
  const { name, threads } = await selectBackend("auto", { threads: 1 });
  expect(tf.getBackend()).toBe(name);
  ctx.skip(name === "tensorflow" || name === "webgpu", "a GPU is chosen here");
  expect(name).toBe(onednn ? "onednn" : "wasm");
  expect(threads).toBe(1);
});
