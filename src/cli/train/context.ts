import type { TrainSettings } from "../../config/schema.js";
import type { ScalarSink } from "../../logging/scalar-sink.js";
import type { SummarySink } from "../../logging/summary-sink.js";
import type { Emulator } from "../../nes/emulator.js";
import type { ResumePoint } from "../../trainer/checkpoint/resume-point.js";
import type { BackendDescription } from "../../nn/backend.js";
import type { TrainingThreads } from "../../trainer/workers/training-threads.js";
import type { RomFile } from "../rom-file.js";
import type { TrainReport } from "./report.js";
import type { TrainWatch } from "./watch.js";
import type { TrainOptions } from "./command.js";
import type { WriteFailures } from "./write-failures.js";

/** What the parts of one run share. */
export interface TrainContext {
  readonly options: TrainOptions;
  readonly settings: TrainSettings;
  readonly rom: RomFile;
  readonly emulator: Pick<Emulator, "rom">;
  readonly modelDirectory: string;
  readonly threads: TrainingThreads;
  readonly backends: { readonly learner: BackendDescription; readonly actors: BackendDescription };
  readonly arithmetic: ResumePoint["arithmetic"];
  readonly runId: string;
  /** See `runTrain`. */
  readonly command: string;
  /** Where the run goes on, if it was one before. */
  readonly point: ResumePoint | undefined;
  readonly sink: ScalarSink;
  readonly summaries: SummarySink | undefined;
  /** Of the run's logs. */
  readonly directory: string | undefined;
  readonly report: TrainReport;
  readonly failures: WriteFailures;
  readonly watch: TrainWatch | undefined;
  readonly shouldStop: () => boolean;
}
