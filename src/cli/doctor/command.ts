import { Command } from "commander";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("which backends work on this machine, and what to install for the others")
    .option("--json", "one JSON document on standard output, nothing else there")
    .action(async (options: { readonly json?: boolean }) => {
      const { runDoctor } = await import("./run.js");
      await runDoctor(options);
    });
}
