import { Command } from "commander";

export interface PlotOptions {
  readonly out: string;
  readonly tag: string;
  readonly title?: string;
}

export function plotCommand(): Command {
  return new Command("plot")
    .description("draw learning curves of runs in tensorboard/: median and range over seeds")
    .argument("<run...>", "run folders; several of one label become one curve: LABEL=FOLDER,FOLDER")
    .option("--out <file>", "picture to write", "curves.png")
    .option("--tag <tag>", "figure to draw, see docs/metrics.md", "episode/mean_distance_100")
    .option("--title <text>", "heading")
    .action(async (runs: string[], options: PlotOptions) => {
      const { runPlot } = await import("./plot-run.js");
      await runPlot(runs, options);
    });
}
