import type { TrainSettings } from "../../config/schema.js";
import { settingEntries } from "../../config/setting-entries.js";
import { openEventFile } from "../../logging/event-file.js";
import { createRunDirectory } from "../../logging/run-directory.js";
import { combine, type ScalarSink } from "../../logging/scalar-sink.js";
import type { WriteObserver } from "../../core/write-error.js";
import type { HparamValues } from "../../logging/hparams-encoding.js";
import type { SummarySink } from "../../logging/summary-sink.js";
import { RUN_SETTINGS_TAG } from "../../logging/tags.js";
import type { LogTarget } from "./command.js";

export interface RunSink {
  readonly sink: ScalarSink;
  /** The event file alone, for what is no scalar; undefined without one. */
  readonly summaries: SummarySink | undefined;
  /** Where the event file is; undefined without one. */
  readonly directory: string | undefined;
}

/**
 * Opens the run's event file, unless `--log stdout`.
 * @param observer told of figures that cannot be written later on
 * @param resumedAt steps that a resumed run had done
 * @throws MarioError NOT_WRITABLE, DISK_FULL.
 */
export function openSink(
  options: {
    readonly log: LogTarget;
    readonly logDir: string;
    /** Folder of the run that goes on. */
    readonly resume?: string;
    readonly timesteps?: number;
  },
  settings: TrainSettings,
  observer: WriteObserver,
  resumedAt?: number,
): RunSink {
  if (options.resume !== undefined && resumedAt !== undefined) {
    const directory = options.resume;
    const sink = openEventFile({ directory, observer, resumeStep: resumedAt + 1 });
    // A run that was made longer has others.
    if (options.timesteps !== undefined) {
      sink.text(RUN_SETTINGS_TAG, settingsTable(settings), resumedAt + 1);
    }
    return { sink, summaries: sink, directory };
  }
  if (options.log === "stdout") {
    return { sink: combine(), summaries: undefined, directory: undefined };
  }
  const directory = createRunDirectory(options.logDir, {
    timesteps: settings.timesteps,
    explorationFraction: settings.exploration.fraction,
    prioritized: settings.replay.prioritized,
    dueling: settings.network.dueling,
    learningRate: settings.learning.learningRate,
    startedAt: new Date(),
  });
  const sink = openEventFile({ directory, observer });
  sink.text(RUN_SETTINGS_TAG, settingsTable(settings), 0);
  sink.hparams(hparams(settings));
  return { sink, summaries: sink, directory };
}

/** All settings as a Markdown table; TensorBoard shows it under Text. */
function settingsTable(settings: TrainSettings): string {
  const rows = settingEntries(settings).map(([name, value]) => `| ${name} | ${value} |`);
  return ["| setting | value |", "| --- | --- |", ...rows].join("\n");
}

/** Without the seed, so that TensorBoard shows runs that differ in nothing else as one group. */
function hparams(settings: TrainSettings): HparamValues {
  return Object.fromEntries(settingEntries(settings).filter(([name]) => name !== "seed"));
}
