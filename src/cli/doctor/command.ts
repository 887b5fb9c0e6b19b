import { Command } from "commander";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("what works here, why the rest does not, and what to install")
    .option("--json", "one JSON document on standard output, nothing else there")
    .action(async (options: { readonly json?: boolean }) => {
      const { runDoctor } = await import("./run.js");
      await runDoctor(options);
    });
}
