import type { EnvironmentSettings } from "../../config/schema.js";
import type { SummarySink } from "../../logging/summary-sink.js";
import { selectActingBackend } from "../../nn/select-backend.js";
import { openEnvironment } from "../environment.js";
import type { ComputeOptions } from "../options.js";
import { BestFilms } from "../film/best-films.js";
import type { WriteFailures } from "./write-failures.js";
import type { RomFile } from "../rom-file.js";
import type { TrainReport } from "./report.js";

/** Films best models in the main thread, which has little else to do, on an environment apart. */
export async function openBestFilms(
  rom: RomFile,
  settings: EnvironmentSettings,
  options: ComputeOptions,
  summaries: SummarySink | undefined,
  report: TrainReport,
  failures: WriteFailures,
): Promise<BestFilms> {
  return new BestFilms({
    environment: openEnvironment(rom, settings),
    backend: await selectActingBackend(options.backend),
    summaries,
    observer: failures.of("a film"),
    onFilm: ({ path, bytes }) => {
      report.note(`filmed: ${path} (${(bytes / 1e6).toFixed(1)} MB)`);
    },
  });
}
