import { Rng } from "../../core/rng.js";
import { FRAME_RATE } from "../../nes/emulator.js";
import type { Evaluation } from "../../trainer/evaluation.js";
import { evaluate } from "../../trainer/evaluator.js";
import { epsilonGreedyPolicy } from "../../trainer/policy.js";
import { drawnStarts } from "../../trainer/starts.js";
import type { EnjoyOptions } from "./command.js";
import { evaluationReport } from "../evaluate/evaluation-report.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { playEpisodes, type PlayEpisodesOptions } from "../evaluate/play-episodes.js";
import { openPlayer } from "../player.js";
import { filmPlan } from "../film/film-options.js";
import { canShowPictures, openTerminalScreen } from "./terminal-screen.js";

/** @param isCounted whether the number of episodes was given. */
export async function runEnjoy(options: EnjoyOptions, isCounted: boolean): Promise<void> {
  const plan = filmPlan(options, "all");
  const player = await openPlayer(options);
  const { environment, agent, title } = player;
  const rng = new Rng(options.seed);
  const view = plan ? "none" : (options.view ?? (process.stdout.isTTY ? "page" : "none"));
  const playing = {
    environment,
    policy: epsilonGreedyPolicy(agent, options.epsilon, rng.split()),
    seeds: drawnStarts(options.episodes, rng.split()),
    plan,
    qValues: (observation: Uint8Array) => agent.qValues(observation, 1),
    onPlayed: (evaluation: Evaluation): void => {
      process.stdout.write(evaluationReport(title, evaluation));
    },
  };
  try {
    if (view === "page") {
      const { enjoyOnPage } = await import("./enjoy-page.js");
      const evaluation = await enjoyOnPage({
        ...{ ...options, ...player, rng },
        episodes: isCounted ? options.episodes : undefined,
      });
      playing.onPlayed(evaluation);
    } else if (view === "terminal" && canShowPictures()) playing.onPlayed(await show(playing));
    else await playEpisodes(playing);
  } finally {
    agent.dispose();
  }
}

/** Plays in the terminal at the console's own pace. */
async function show(options: PlayEpisodesOptions): Promise<Evaluation> {
  const { environment } = options;
  const interrupt = watchForInterrupt();
  const screen = openTerminalScreen();
  let due = performance.now();
  let framesBefore = 0;
  try {
    return await evaluate({
      ...options,
      now: () => performance.now(),
      shouldStop: () => interrupt.requested(),
      onStep: async (action) => {
        const info = environment.info();
        const frames = info.frames - framesBefore;
        framesBefore = info.frames;
        if (frames <= 0) due = performance.now();
        screen.draw(
          environment.screen(),
          `x ${info.x}  best ${info.maxX}  time ${info.time}  score ${info.score}  ${environment.actions[action].name}`,
        );
        due += (1000 * Math.max(frames, 1)) / FRAME_RATE;
        const wait = due - performance.now();
        // A machine too slow for the console's pace does not try to catch up later.
        if (wait < -250) due = performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      },
    });
  } finally {
    screen.close();
    interrupt.dispose();
  }
}
