import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { keptOptions, resumedOptions } from "../../../src/cli/train/resume-options.js";
import { trainCommand, type TrainOptions } from "../../../src/cli/train/command.js";

/** What `mario train` would be asked for. */
function parse(...args: string[]): { options: TrainOptions; given: Set<string> } {
  const command = trainCommand();
  // What it does is not of interest here.
  command.action(() => undefined).parse(args, { from: "user" });
  const names = command.options.map((option) => option.attributeName());
  return {
    options: command.opts<TrainOptions>(),
    given: new Set(names.filter((name) => command.getOptionValueSource(name) === "cli")),
  };
}

const BEGAN = [
  ...["--precision=bf16", "--backend=onednn", "--threads=2", "--actors=3", "--pipeline=turns"],
  ...["--model-dir=m", "--log-dir=l", "--log=tensorboard", "--rom=x.nes", "--record-best"],
  ...["--eval-period=77", "--eval-episodes=3", "--resume-period=500"],
];
const resume = (...args: string[]): TrainOptions => {
  const { options, given } = parse("--resume=run", ...args);
  return resumedOptions(options, given, keptOptions(parse(...BEGAN).options));
};

describe("options of a resumed run", () => {
  it("are those that it began with", () => {
    expect(resume()).toEqual({ ...parse(...BEGAN).options, resume: "run" });
  });

  it("are what is given anew, even where that is the default", () => {
    const given = ["--precision=fp32", "--eval-period=10000", "--model-dir=models", "--watch"];
    expect(resume(...given)).toEqual({
      ...parse(...BEGAN).options,
      resume: "run",
      precision: "fp32",
      evalPeriod: 10_000,
      modelDir: "models",
      watch: true,
    });
  });

  it("have a cartridge that was found in roms/ by its bare name as the file that it is", () => {
    expect(keptOptions(parse("--rom=fenn.nes").options)["rom"]).toBe(resolve("roms/fenn.nes"));
    expect(keptOptions(parse("--rom=none.nes").options)["rom"]).toBe(resolve("none.nes"));
  });

  it("have the folders that they were begun with, from wherever one goes on", () => {
    const kept = keptOptions(parse("--model-dir=../m", "--log-dir=l", "--rom=r/x.nes").options);
    expect(kept).toMatchObject({ modelDir: resolve("../m"), logDir: resolve("l") });
    const { options, given } = parse("--resume=run");
    const before = process.cwd();
    const elsewhere = (folder: string) => {
      process.chdir(folder);
      try {
        const { modelDir, logDir, rom } = resumedOptions(options, given, kept);
        return [modelDir, logDir, rom];
      } finally {
        process.chdir(before);
      }
    };
    const full = [resolve("../m"), resolve("l"), resolve("r/x.nes")];
    const empty = mkdtempSync(join(tmpdir(), "mario-elsewhere-"));
    expect(elsewhere(empty)).toEqual(full);
    rmSync(empty, { recursive: true });
    // As one would write them there.
    expect(elsewhere(before)).toEqual([full[0], "l", join("r", "x.nes")]);
  });

  it("are the defaults in points of before", () => {
    const { options, given } = parse("--resume=run");
    expect(resumedOptions(options, given, undefined)).toEqual(options);
  });

  it("are refused where they make no sense", () => {
    expect(() => resume("--log=stdout")).toThrow(/keeps its log destination/);
    const { options, given } = parse("--resume=run");
    for (const kept of [{}, "x", { ...keptOptions(options), backend: "cpu" }]) {
      expect(() => resumedOptions(options, given, kept)).toThrow(/unknown to this version/);
    }
  });
});
