import { basename } from "node:path";
import { Rng } from "../core/rng.js";
import { FRAME_RATE } from "../nes/emulator.js";
import { selectBackend } from "../nn/select-backend.js";
import { evaluate, type Evaluation } from "../trainer/evaluator.js";
import { epsilonGreedyPolicy } from "../trainer/policy.js";
import { Film, formatOf } from "../viewer/film.js";
import { openEnvironment, stageFrom } from "./environment.js";
import type { EnjoyOptions } from "./enjoy.js";
import { evaluationReport } from "./evaluation-report.js";
import { watchForInterrupt } from "./interrupt.js";
import { readRomFile } from "./rom-file.js";
import { agentFor, openModel } from "./saved-model.js";
import { openTerminalScreen } from "./terminal-screen.js";

/** A film of 30 pictures a second moves smoothly and is half the size of one of 60. */
const FRAMES_PER_PICTURE = 2;
/** Two minutes; memory: 240 KiB a picture. */
const MAX_PICTURES = 3600;

export async function runEnjoy(options: EnjoyOptions): Promise<void> {
  if (options.record !== undefined) formatOf(options.record);
  const model = openModel(options.file, stageFrom(options));
  const rom = readRomFile(options.rom);
  const environment = openEnvironment(rom, model.environment, options.noops);
  const backend = await selectBackend(options.backend, options);
  const agent = agentFor(model, backend);
  const rng = new Rng(options.seed);
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const interrupt = watchForInterrupt(stop);
  const play = (onStep?: (action: number) => Promise<void>): Promise<Evaluation> =>
    evaluate({
      environment,
      policy: epsilonGreedyPolicy(agent, options.epsilon, rng.split()),
      episodes: options.episodes ?? 1,
      rng: rng.split(),
      now: () => performance.now(),
      shouldStop: () => interrupt.requested(),
      ...(onStep && { onStep }),
    });
  const title = `${basename(model.path)} on ${rom.name}`;
  const view = options.view ?? (process.stdout.isTTY ? "page" : "none");
  try {
    let evaluation: Evaluation;
    if (options.record !== undefined) {
      evaluation = await record(options.record, options, environment, play);
    } else if (view === "page") {
      const { enjoyOnPage } = await import("./enjoy-page.js");
      evaluation = await enjoyOnPage({
        ...options,
        ...{ model, environment, agent, backend, rng, stopped },
        romName: rom.name,
        episodes: options.episodes,
      });
    } else evaluation = await (view === "terminal" ? show(environment, play) : play());
    process.stdout.write(evaluationReport(title, evaluation));
  } finally {
    interrupt.dispose();
    agent.dispose();
  }
}

type Environment = ReturnType<typeof openEnvironment>;
type Play = (onStep?: (action: number) => Promise<void>) => Promise<Evaluation>;

/** Plays in the terminal at the console's own pace; silently and at full speed where there is none. */
async function show(environment: Environment, play: Play): Promise<Evaluation> {
  if (!process.stdout.isTTY) return play();
  const screen = openTerminalScreen();
  let due = performance.now();
  let framesBefore = 0;
  try {
    return await play(async (action) => {
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
    });
  } finally {
    screen.close();
  }
}

/** Plays at full speed and writes a film of it. */
async function record(
  path: string,
  options: EnjoyOptions,
  environment: Environment,
  play: Play,
): Promise<Evaluation> {
  const film = new Film({
    framesPerPicture: FRAMES_PER_PICTURE,
    scale: options.scale,
    maxPictures: Math.floor(MAX_PICTURES / options.scale ** 2),
  });
  let frame = 0;
  environment.onFrame = () => {
    if (frame++ % FRAMES_PER_PICTURE === 0) film.add(environment.screen());
  };
  const evaluation = await play();
  await film.write(path);
  const cut = film.length * FRAMES_PER_PICTURE < frame - 1;
  process.stderr.write(
    `film: ${path}, ${film.length} pictures${cut ? ", cut: it was too long" : ""}\n`,
  );
  return evaluation;
}
