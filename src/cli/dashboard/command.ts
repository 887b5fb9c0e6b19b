import { Command } from "commander";
import { addPageOptions, type PageOptions } from "../page/page-options.js";

export function dashboardCommand(): Command {
  const command = new Command("dashboard")
    .description("curves of finished and running runs, in your browser")
    .argument("[run...]", "run folders, or folders of such; default: tensorboard/");
  return addPageOptions(command).action(async (runs: string[], options: PageOptions) => {
    const { runDashboard } = await import("./run.js");
    await runDashboard(runs, options);
  });
}
