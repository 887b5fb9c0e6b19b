import { MarioError } from "../../core/errors.js";
import { Rng } from "../../core/rng.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import type { Evaluation } from "../../trainer/evaluation.js";
import { evaluate } from "../../trainer/evaluator.js";
import { epsilonGreedyPolicy } from "../../trainer/policy.js";
import { drawnStarts } from "../../trainer/starts.js";
import type { EnjoyOptions } from "./command.js";
import { evaluationReport } from "../evaluate/evaluation-report.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { playEpisodes, type PlayEpisodesOptions } from "../evaluate/play-episodes.js";
import { givenPageOptions } from "../page/page-options.js";
import { openPlayer } from "../player.js";
import { filmPlan } from "../film/film-options.js";
import { canShowPictures, openTerminalScreen } from "./terminal-screen.js";

/** @param isCounted whether the number of episodes was given. */
export async function runEnjoy(options: EnjoyOptions, isCounted: boolean): Promise<void> {
  const plan = filmPlan(options, { filmed: "all", episodes: options.episodes });
  const view = viewOf(options);
  const player = await openPlayer(options);
  const { environment, agent, title } = player;
  const rng = new Rng(options.seed);
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
        ...options,
        ...player,
        rng,
        episodes: isCounted ? options.episodes : undefined,
      });
      playing.onPlayed(evaluation);
    } else if (view === "terminal") playing.onPlayed(await show(playing));
    else await playEpisodes(playing);
  } finally {
    agent.dispose();
  }
}

/**
 * Where it is shown: on a page if anything was said about one.
 * @throws MarioError INVALID_OPTION for options that exclude each other
 */
function viewOf(options: EnjoyOptions): "page" | "terminal" | "none" {
  const ofPage = givenPageOptions(options);
  const isFilmed = options.record !== undefined;
  const usual = ofPage.length > 0 || process.stdout.isTTY ? "page" : "none";
  const view = options.view ?? (isFilmed ? "none" : usual);
  const refuse = (message: string, remedy: string): MarioError =>
    new MarioError("INVALID_OPTION", message, { remedy });
  if (isFilmed && view !== "none") {
    throw refuse("A film is recorded without a view.", "Leave out --view, or --record.");
  }
  if (view !== "page" && ofPage.length > 0) {
    const why = isFilmed ? "a film is recorded without one" : `--view ${view} has none`;
    throw refuse(
      `Only a page takes ${ofPage.join(" and ")}: ${why}.`,
      `Leave out ${ofPage.join(" and ")}.`,
    );
  }
  if (view === "terminal" && !canShowPictures()) {
    throw refuse(
      "The output is no terminal that can show pictures.",
      "Choose --view page or none.",
    );
  }
  return view;
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
      // At the console's pace: how fast it was says nothing.
      now: () => 0,
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
