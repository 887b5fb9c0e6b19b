import { describe, expect, it } from "vitest";
import { settingsOn } from "../../../src/cli/train/settings.js";
import { trainCommand, type TrainOptions } from "../../../src/cli/train/command.js";

function settingsFor(backend: { readonly isGpu?: boolean }, args: string) {
  const command = trainCommand()
    .exitOverride()
    .action(() => undefined);
  command.parse(args.split(" ").filter(Boolean), { from: "user" });
  const given = command.options
    .map((option) => option.attributeName())
    .filter((name) => command.getOptionValueSource(name) === "cli");
  return settingsOn(backend, command.opts<TrainOptions>(), new Set(given));
}

const presetOn = (...asked: Parameters<typeof settingsFor>) => settingsFor(...asked).preset;

describe("the default preset", () => {
  it("is another one where a GPU learns", () => {
    expect(presetOn({}, "")).toBe("fast");
    expect(presetOn({ isGpu: false }, "")).toBe("fast");
    expect(presetOn({ isGpu: true }, "")).toBe("fast-gpu");
  });

  it("gives way to the one that was named", () => {
    expect(presetOn({ isGpu: true }, "--preset fast")).toBe("fast");
    expect(presetOn({ isGpu: true }, "--preset tutorial")).toBe("tutorial");
    expect(presetOn({}, "--preset fast-gpu")).toBe("fast-gpu");
  });
});

describe("the environment's options", () => {
  it("replace the preset's values", () => {
    const of = (args: string) => settingsFor({}, args).environment;
    expect(of("")).toMatchObject({ stallSteps: 150, noopMaxFrames: 30 });
    const given = "--stall-steps 400 --noops 0 --sticky .25 --action-repeat 2 --action-set simple";
    expect(of(`${given} --reward distance --stage 8-4`)).toEqual({
      stage: "8-4",
      actionSet: "simple",
      actionRepeat: 2,
      reward: "distance",
      stallSteps: 400,
      stickyActions: 0.25,
      noopMaxFrames: 0,
    });
  });
});
