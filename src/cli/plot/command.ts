import { Command, Option } from "commander";
import { integer } from "../options.js";

export interface PlotOptions {
  readonly out: string;
  readonly metric: string;
  readonly x: "steps" | "time";
  readonly title?: string;
  readonly subtitle?: string;
  readonly yLabel?: string;
  readonly smoothing: number;
  readonly reference: readonly string[];
}

export function plotCommand(): Command {
  return new Command("plot")
    .description("plot learning curves of runs in tensorboard/: median and range over seeds")
    .argument("<run...>", "run folders; several of one label become one curve: LABEL=FOLDER,FOLDER")
    .option("--out <file>", "picture to write, .png or .svg", "curves.png")
    .option(
      "--metric <names>",
      "metrics to draw, one panel each: distance, reward, completion, eval-distance, eval-reward, eval-completion, average-distance, average-completion, loss, q, epsilon, speed, all (the first three), or tags of docs/metrics.md",
      "distance",
    )
    .addOption(
      new Option("--x <what>", "horizontal axis: decisions, or wall time without interruptions")
        .choices(["steps", "time"])
        .default("steps"),
    )
    .option("--title <text>", "heading")
    .option("--subtitle <text>", "line under the heading")
    .option("--y-label <text>", "name of the (first) vertical axis")
    .addOption(
      new Option("--smoothing <steps>", "moving average over this many steps")
        .argParser(integer(0))
        .default(0),
    )
    .addOption(
      new Option(
        "--reference <label=value>",
        "dashed line across the (first) panel, e.g. a published result; may be repeated",
      )
        .argParser((text: string, others: readonly string[]) => [...others, text])
        .default([], "none"),
    )
    .action(async (runs: string[], options: PlotOptions) => {
      const { runPlot } = await import("./run.js");
      await runPlot(runs, options);
    });
}
