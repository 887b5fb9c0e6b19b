import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Native addons keep per-environment state; a process of its own for each file keeps them apart.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The default second is no time on a busy machine; a test that fails waits it out, others do not.
    expect: { poll: { timeout: 30_000 } },
  },
});
