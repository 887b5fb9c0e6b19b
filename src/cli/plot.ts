import { Command, Option } from "commander";
import { integer } from "./options.js";

export interface PlotOptions {
  readonly out: string;
  readonly tag: string;
  readonly title?: string;
  readonly subtitle?: string;
  readonly yLabel?: string;
  readonly smoothing: number;
  readonly reference?: readonly string[];
}

export function plotCommand(): Command {
  return new Command("plot")
    .description("draw learning curves of runs in tensorboard/: median and range over seeds")
    .argument("<run...>", "run folders; several of one label become one curve: LABEL=FOLDER,FOLDER")
    .option("--out <file>", "picture to write, .png or .svg", "curves.png")
    .option("--tag <tag>", "figure to draw, see docs/metrics.md", "episode/mean_distance_100")
    .option("--title <text>", "heading")
    .option("--subtitle <text>", "line under the heading")
    .option("--y-label <text>", "name of the vertical axis")
    .addOption(
      new Option("--smoothing <steps>", "mean over so many last steps")
        .argParser(integer(0))
        .default(0),
    )
    .option("--reference <label=value...>", "dashed line across, e.g. a published result")
    .action(async (runs: string[], options: PlotOptions) => {
      const { runPlot } = await import("./plot-run.js");
      await runPlot(runs, options);
    });
}
