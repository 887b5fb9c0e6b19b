import type { TrainSettings } from "../config/schema.js";
import { openEventFile } from "../logging/event-file.js";
import { createRunDirectory } from "../logging/run-directory.js";
import { combine, type ScalarSink } from "../logging/scalar-sink.js";
import { RUN_SETTINGS_TAG } from "../logging/tags.js";

export interface RunSink {
  readonly sink: ScalarSink;
  /** Where the event file is; undefined without one. */
  readonly directory: string | undefined;
}

/**
 * Opens the run's event file, unless `--log stdout`.
 * @param resumeStep the step that a resumed run goes on from
 * @throws MarioError NOT_WRITABLE, DISK_FULL.
 */
export function openSink(
  options: {
    readonly log: "stdout" | "tensorboard" | "both";
    readonly logDir: string;
    /** Folder of the run that goes on. */
    readonly resume?: string;
  },
  settings: TrainSettings,
  resumeStep?: number,
): RunSink {
  if (options.resume !== undefined && resumeStep !== undefined) {
    const directory = options.resume;
    return { sink: openEventFile({ directory, resumeStep }), directory };
  }
  if (options.log === "stdout") return { sink: combine(), directory: undefined };
  const directory = createRunDirectory(options.logDir, {
    timesteps: settings.timesteps,
    explorationFraction: settings.exploration.fraction,
    prioritized: false,
    dueling: settings.network.dueling,
    learningRate: settings.learning.learningRate,
    startedAt: new Date(),
  });
  const sink = openEventFile({ directory });
  sink.text(RUN_SETTINGS_TAG, settingsTable(settings), 0);
  return { sink, directory };
}

/** All settings as a Markdown table; TensorBoard shows it under Text. */
function settingsTable(settings: TrainSettings): string {
  const rows = Object.entries(settings).flatMap(([section, value]) =>
    typeof value === "object"
      ? Object.entries(value).map(([name, inner]) => `| ${section}.${name} | ${String(inner)} |`)
      : [`| ${section} | ${value} |`],
  );
  return ["| setting | value |", "| --- | --- |", ...rows].join("\n");
}
