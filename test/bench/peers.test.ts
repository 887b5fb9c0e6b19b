import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../bench/peers/run.mjs", import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mario-peers-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]) {
  const noPython = ["--venvs", folder, "--python", join(folder, "no-python")];
  return spawnSync(process.execPath, [script, ...noPython, "--rounds", "1", ...args], {
    encoding: "utf8",
    env: { ...process.env, MARIO_ROM: "" },
    timeout: 300_000,
  });
}

interface Contender {
  readonly label: string;
  readonly figure: { readonly min: number; readonly median: number; readonly max: number };
  readonly oursIs?: number;
}

/** Where no Python is, so that every peer is one that cannot be installed. */
describe("bench/peers/run.mjs without peers", () => {
  it("measures ours, and says of the others why they were not", () => {
    const document = join(folder, "document.md");
    writeFileSync(document, "before\n<!-- peers:begin -->last year's<!-- peers:end -->\nafter\n");
    const { status } = run("--only", "environment", "--scale", "0.1", "--docs", document);
    expect(status).toBe(0);

    const result = JSON.parse(readFileSync(join(folder, "peers.json"), "utf8")) as {
      groups: { name: string; contenders: Contender[] }[];
      notMeasured: { label: string; reason: string }[];
      about: Record<string, { xAtSceneEnd?: number }>;
    };
    expect(result.groups.map(({ name }) => name)).toEqual(["environment"]);
    expect(result.groups[0].contenders.map(({ label }) => label)).toEqual(["mario"]);
    expect(result.groups[0].contenders[0].figure.median).toBeGreaterThan(0);
    expect(result.notMeasured.map(({ label }) => label)).toEqual([
      "nes-py, OpenCV",
      "stable-retro (FCEUmm), OpenCV",
    ]);
    for (const { reason } of result.notMeasured) {
      expect(reason).toMatch(/could not be installed: .*no-python/);
    }
    // The player got somewhere: the scene was played, not the title screen.
    expect(result.about["ours.mjs game ROM"].xAtSceneEnd).toBeGreaterThan(500);

    const text = readFileSync(document, "utf8");
    expect(text).toMatch(/^before\n<!-- peers:begin -->\n\n[^]*\n\n<!-- peers:end -->\nafter\n$/);
    expect(text).not.toContain("last year");
    expect(text).toMatch(/\| mario \| [\d.]+ steps\/s \([\d.]+ to [\d.]+\) \| {2}\|/);
    expect(text).toMatch(/^- nes-py, OpenCV: .*no-python/m);
  }, 300_000);

  it("compares contenders by the median of their rounds", () => {
    const { status, stdout } = run("--only", "emulator", "--scale", "0.1");
    expect(status).toBe(0);
    expect(stdout).toContain("Not measured:");
    const { groups } = JSON.parse(readFileSync(join(folder, "peers.json"), "utf8")) as {
      groups: { clock: "ms" | "cpuMs"; contenders: (Contender & { times: Times[] })[] }[];
    };
    const [{ clock, contenders }] = groups;
    const [turbo, , stock] = contenders;
    expect(contenders).toHaveLength(3);
    expect(turbo.oursIs).toBeUndefined();
    expect(stock.oursIs).toBeCloseTo(stock.times[0][clock] / turbo.times[0][clock], 10);
    expect(stock.figure.median).toBeCloseTo(1000 / stock.times[0][clock], 10);
  }, 300_000);

  it.each([
    [["--docs", "nowhere.md"], /nowhere\.md is no document with the two marks/],
    [["--docs", script], /run\.mjs is no document with the two marks/],
    [["--only", "the weather"], /"the weather".*emulator; environment; update/],
    [["--rounds", "0"], /--rounds/],
    [["--rounds", "1.5"], /--rounds/],
    [["--scale", "none"], /--scale/],
    [["--nonsense"], /--nonsense/],
  ])("refuses %j in one line, before anything is measured", (args, pattern) => {
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toMatch(pattern);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});

interface Times {
  readonly ms: number;
  readonly cpuMs: number;
}
