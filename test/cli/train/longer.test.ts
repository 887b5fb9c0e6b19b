import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FileRun } from "../../../src/cli/dashboard/file-run.js";
import { readResumePoint } from "../../../src/trainer/checkpoint/resume-point.js";
import { mario } from "../run-cli.js";

/** Windows end at the old end, too: at 256. */
const COMMON = [
  ...["--learning-starts=64", "--buffer-size=128", "--threads=1", "--actors=1"],
  ...["--eval-episodes=0", "--stall-steps=8", "--keep-resume-point"],
];
const LENGTH = 512;
const TIMEOUT = 300_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-longer-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function train(...args: string[]): { readonly logs: string; readonly stdout: string } {
  const { status, stderr, stdout } = mario(["train", ...args], { cwd: folder, timeout: TIMEOUT });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [, logs] = /longer: +npx mario train --resume (\S+) --timesteps/.exec(stdout)!;
  return { logs: resolve(folder, logs), stdout };
}

it("a finished run that is made longer learns what it would have at that length", () => {
  const short = train(...COMMON, "--timesteps=256", "--model-dir=a");
  const longer = train(`--resume=${short.logs}`, `--timesteps=${LENGTH}`);
  expect(longer.stdout).toMatch(/512 steps, \d+ episodes, of which 256 steps since/);
  expect(longer.logs).toBe(short.logs);
  // The same in absolute steps: fractions of twice the length are half as large.
  const schedules = ["--exploration-fraction=0.04", "--lr-decay-fraction=0.4"];
  const atOnce = train(...COMMON, `--timesteps=${LENGTH}`, ...schedules, "--model-dir=b");

  const [one, other] = [longer, atOnce].map(({ logs }) => readResumePoint(logs));
  expect(one.loop.step).toBe(LENGTH);
  expect(one.settings).toEqual(other.settings);
  // Weights, generators, replay memory, emulators: too much to be shown where they differ.
  expect(isDeepStrictEqual(one.threads, other.threads)).toBe(true);

  const lengths = new FileRun(longer.logs, "")
    .poll()
    .flatMap(({ settings }) => (settings ? [settings["timesteps"]] : []));
  expect(lengths).toEqual(["256", "512"]);
  // As the header of a model found from then on has it.
  const began = "mario train --timesteps 256 .*--buffer-size 128";
  expect(one.command).toMatch(new RegExp(`^${began}.*; from step 256 on .*--timesteps 512$`));

  const refused = mario(["train", "--resume", longer.logs, "--timesteps=512"], { cwd: folder });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("has 512 timesteps; 512 would not");
  // Without a new length there is nothing left to do, and nothing is lost.
  expect(train(`--resume=${longer.logs}`).stdout).toContain("of which 0 steps since");
  expect(isDeepStrictEqual(readResumePoint(longer.logs).threads, one.threads)).toBe(true);

  const { learner, actors } = one.arithmetic;
  expect(actors).toBe(learner);
  const onTwo = mario(["train", `--resume=${longer.logs}`, "--threads=2"], { cwd: folder });
  const changed = `learned on ${learner}, now ${learner.replace("1 thread", "2 thread")}: the run's last bits`;
  expect(onTwo.stderr).toContain(changed);
  expect(onTwo.status).toBe(0);
}, 600_000);
