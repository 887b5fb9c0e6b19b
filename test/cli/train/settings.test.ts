import { describe, expect, it } from "vitest";
import { settingsOn } from "../../../src/cli/train/settings.js";
import { trainCommand, type TrainOptions } from "../../../src/cli/train/command.js";

function presetOn(backend: { readonly isGpu?: boolean }, args: string): string {
  const command = trainCommand()
    .exitOverride()
    .action(() => undefined);
  command.parse(args.split(" ").filter(Boolean), { from: "user" });
  const given = command.options
    .map((option) => option.attributeName())
    .filter((name) => command.getOptionValueSource(name) === "cli");
  return settingsOn(backend, command.opts<TrainOptions>(), new Set(given)).preset;
}

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
