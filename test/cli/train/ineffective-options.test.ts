import { describe, expect, it } from "vitest";
import { refuseIdleMachineOptions } from "../../../src/cli/train/ineffective-options.js";
import { trainCommand, type TrainOptions } from "../../../src/cli/train/command.js";
import { settingsFrom } from "../../../src/cli/train/settings.js";

function parse(args: string) {
  const command = trainCommand()
    .exitOverride()
    .action(() => undefined);
  return command.parse(args.split(" ").filter(Boolean), { from: "user" });
}
const settingsOf = (args: string) => settingsFrom(parse(args).opts<TrainOptions>());
function refuse(args: string): void {
  const command = parse(args);
  const names = command.options.map((option) => option.attributeName());
  const given = names.filter((name) => command.getOptionValueSource(name) === "cli");
  refuseIdleMachineOptions(command.opts<TrainOptions>(), new Set(given));
}

describe("options that would do nothing", () => {
  it.each([
    ["--alpha .5", "--prioritized", { replay: { priorityAlpha: 0.5 } }],
    ["--beta .5", "--prioritized", { replay: { priorityBeta: 0.5 } }],
    ["--atoms 32", "--head quantile", { network: { atoms: 32 } }],
    ["--v-min -3", "--head c51", { network: { vMin: -3 } }],
    ["--v-max 20", "--head c51", { network: { vMax: 20 } }],
    ["--munchausen-alpha .5", "--munchausen", { learning: { munchausenAlpha: 0.5 } }],
    ["--munchausen-temperature .1", "--munchausen", { learning: { munchausenTemperature: 0.1 } }],
    ["--munchausen-clip -2", "--munchausen", { learning: { munchausenClip: -2 } }],
    ["--initial-sigma .4", "--noisy", { network: { initialSigma: 0.4 } }],
  ])("%s is refused without %s", (option, need, changed) => {
    expect(() => settingsOf(option)).toThrow(/does nothing/);
    expect(settingsOf(`${need} ${option}`)).toMatchObject(changed);
  });

  it.each([
    ["--double", "--munchausen", { learning: { doubleDqn: true } }],
    ["--no-double", "--munchausen", { learning: { doubleDqn: false } }],
    ["--huber-delta 2", "--loss squared", { learning: { huberDelta: 2 } }],
    ["--huber-delta 2", "--head c51", { learning: { huberDelta: 2 } }],
    ["--loss squared", "--head c51", { learning: { loss: "squared" } }],
    ["--padding same", "--encoder impala", { network: { padding: "same" } }],
  ])("%s is refused with %s", (option, other, changed) => {
    expect(settingsOf(option)).toMatchObject(changed);
    expect(() => settingsOf(`${other} ${option}`)).toThrow(/does nothing/);
  });

  it("know what the preset brings along", () => {
    expect(settingsOf("--preset rainbow --alpha .5 --v-max 20").replay.priorityAlpha).toBe(0.5);
    expect(() => settingsOf("--preset rainbow --no-noisy --initial-sigma .4")).toThrow();
  });
});

describe("options of the machine that would do nothing", () => {
  it.each([
    ["--resume-period 9", "--log stdout"],
    ["--eval-period 9", "--eval-episodes 0"],
    ["--eval-average .1", "--eval-episodes 0"],
  ])("%s is refused with %s", (option, other) => {
    refuse(option);
    refuse(other);
    expect(() => {
      refuse(`${option} ${other}`);
    }).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it.each(["--port 8000", "--host 0.0.0.0", "--no-open"])("%s needs --watch", (option) => {
    refuse(`${option} --watch`);
    expect(() => {
      refuse(option);
    }).toThrow(/no page/);
  });
});

describe("a c51 head", () => {
  it("has to be told its returns where the preset's are for another reward", () => {
    expect(() => settingsOf("--preset tutorial --head c51")).toThrow(/-10 to 10.*reward distance/);
    const { network } = settingsOf("--preset tutorial --head c51 --v-min -100 --v-max 2000");
    expect(network).toMatchObject({ vMin: -100, vMax: 2000 });
    const fits = "--preset tutorial --head c51 --reward progress --reward-scale 1 --gamma .9";
    expect(() => settingsOf(`${fits} --action-repeat 8`)).toThrow(/decisions of 8 frames/);
    expect(settingsOf(fits).network).toMatchObject({ head: "c51", vMin: -10, vMax: 10 });
    expect(() => settingsOf(`${fits} --gamma .99`)).toThrow(/gamma 0.99/);
    expect(() => settingsOf(`${fits} --reward-scale 10`)).toThrow(/rewards times 10/);
    expect(() => settingsOf(`${fits} --reward-scale .05`)).toThrow(/rewards times 0.05/);
    expect(settingsOf(`${fits} --reward-clip 1`).learning.rewardClip).toBe(1);
  });
});
