import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRuns } from "../../../src/cli/plot/run.js";
import { openEventFile } from "../../../src/logging/event-file.js";
import { mario, WITHOUT_SHARP } from "../run-cli.js";

describe("runs to plot", () => {
  it("are labelled, or named after what differs", () => {
    const labels = (...texts: string[]) => parseRuns(texts).map(({ label }) => label);
    expect(parseRuns(["ours=a/1,a/2", "b/run"])).toEqual([
      { label: "ours", directories: ["a/1", "a/2"] },
      { label: "run", directories: ["b/run"] },
    ]);
    expect(labels("t/deepq/lr1/monday", "t/deepq/lr1/tuesday/")).toEqual(["monday", "tuesday"]);
    expect(labels("t/deepq/lr1/monday", "t/deepq/lr2/monday")).toEqual(["lr1", "lr2"]);
    expect(labels("t/lr1/monday", "t/lr2/tuesday", "t/lr1/tuesday")).toEqual([
      "lr1/monday",
      "lr2/tuesday",
      "lr1/tuesday",
    ]);
  });
});

describe("mario plot without sharp", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mario-plot-"));
    const file = openEventFile({ directory: join(folder, "run") });
    for (const step of [1, 2, 3]) file.scalar("x/y", step, step);
    file.close();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const plot = (out: string, ...options: string[]) => {
    const command = ["plot", "run", "--metric", "x/y", "--out", out, ...options];
    return mario(command, { cwd: folder, env: WITHOUT_SHARP });
  };
  const read = (name: string) => readFileSync(join(folder, name), "utf8");

  it("says in one line that a .png needs it, and writes an .svg", () => {
    const { status, stderr } = plot("curves.png");
    expect(stderr).toMatch(/^mario: Pictures cannot be written: sharp .*, or name it \.svg\.\n$/);
    expect(status).toBe(2);
    expect(plot("curves.svg").status).toBe(0);
    const reference = plot("with.svg", "--reference", "before=2", "--smoothing", "2");
    expect(reference.status).toBe(0);
    const [bare, drawn] = ["curves.svg", "with.svg"].map((name) => read(name));
    expect(bare).not.toContain("stroke-dasharray");
    expect(drawn).toContain("stroke-dasharray");
    const curve = /<path d="([^"]+)" fill="none" stroke="#0072b2"/;
    expect(curve.exec(drawn)![1]).not.toBe(curve.exec(bare)![1]);
  });
});
