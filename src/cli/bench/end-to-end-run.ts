import { availableCores } from "../../nn/cores.js";
import { resolveSettings } from "../../config/resolve.js";
import { EndToEndBench } from "../../bench/end-to-end.js";
import { replayPlanOf, windowPlanOf } from "../../trainer/run-plan.js";
import { trainLoop } from "../../trainer/train-loop.js";
import { TrainingThreads } from "../../trainer/workers/training-threads.js";
import { defaultActorThreads } from "../process/actor-threads.js";
import { ofRounds, print, spread, withProgress } from "./output.js";
import type { BenchEndToEndCommandOptions } from "./command.js";
import { openEnvironment } from "../environment.js";
import { requireMemory } from "../process/memory.js";
import { readRomFile } from "../rom-file.js";

/** Steps before the first update: enough for the memory to be sampled. */
const LEARNING_STARTS = 512;
const WARM_UP_UPDATES = 60;

/** Trains as `mario train` does, but for a while only, and keeps nothing of it. */
export async function runBenchEndToEnd(options: BenchEndToEndCommandOptions): Promise<void> {
  const { actionRepeat, preset, learnPeriod, numEnvs, pipeline, windowSteps } = options;
  const settings = resolveSettings(preset, {
    // It is stopped long before.
    timesteps: 1_000_000_000,
    environment: { actionRepeat },
    actors: { environments: numEnvs, windowSteps },
    // As at the end of a run: nearly every decision is the network's.
    exploration: { initialEpsilon: 0.02, finalEpsilon: 0.02 },
    replay: {
      learningStarts: LEARNING_STARTS,
      batchSize: options.batch,
      prioritized: options.prioritized,
    },
    learning: { learnPeriod },
    network: { dueling: options.dueling },
  });
  const rom = readRomFile(options.rom);
  requireMemory(replayPlanOf(settings));
  const cores = availableCores();
  const actors = options.actors ?? defaultActorThreads();
  const threads = new TrainingThreads(settings.actors.environments, {
    ...options,
    actors,
    evalEpisodes: 0,
  });
  try {
    const { startState } = openEnvironment(rom, settings.environment);
    const { learner: backend } = await threads.setUp(settings, rom.bytes, startState);
    const result = await withProgress(async (onProgress) => {
      const bench = new EndToEndBench({
        seconds: options.seconds,
        actionRepeat: settings.environment.actionRepeat,
        warmUpUpdates: WARM_UP_UPDATES,
        cores,
        now: () => performance.now(),
        cpuMs: () => {
          const { user, system } = process.cpuUsage();
          return (user + system) / 1000;
        },
        busyMs: () => threads.busyMs,
        onProgress,
      });
      await trainLoop(threads, { ...windowPlanOf(settings), pipeline }, bench);
      return bench.result();
    });
    const conditions = {
      preset,
      backend: backend.name,
      pipeline,
      environments: settings.actors.environments,
      windowSteps: settings.actors.windowSteps,
      actors: threads.actors.length,
      cores,
      batch: settings.replay.batchSize,
      learnPeriod: settings.learning.learnPeriod,
      actionRepeat: settings.environment.actionRepeat,
      dueling: settings.network.dueling,
      prioritized: settings.replay.prioritized,
    };
    print({ ...conditions, ...result }, options, [
      `${preset}: ${conditions.environments} environments in ${conditions.actors} threads, an update of ` +
        `${conditions.batch} every ${conditions.learnPeriod} decisions, ${backend.description}, ${pipeline}`,
      ofRounds(result.rounds),
      `  decisions a second   ${spread(result.stepsPerSecond, 1)}`,
      `  frames a second      ${spread(result.framesPerSecond, 0)}`,
      `  updates a second     ${spread(result.updatesPerSecond, 1)}`,
      `  actors busy          ${spread(result.actorUtilisation, 2)}`,
      `  learner busy         ${spread(result.learnerUtilisation, 2)}`,
      `  processor busy       ${spread(result.processorUtilisation, 2)}`,
    ]);
  } finally {
    await threads.dispose();
  }
}
