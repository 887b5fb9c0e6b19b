/**
 * Ours, as one more worker of run.mjs: the protocol of peer.py, the same scene.
 *
 *   node bench/peers/ours.mjs game ROM
 *   node bench/peers/ours.mjs compute THREADS fp32|bf16
 *   node bench/peers/ours.mjs training ROM fp32|bf16
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createActingNetwork } from "../../dist/agent/acting-network.js";
import { createDqnAgent } from "../../dist/agent/dqn-agent.js";
import { Rng } from "../../dist/core/rng.js";
import { createMarioEnv } from "../../dist/env/mario-env.js";
import { Emulator } from "../../dist/nes/emulator.js";
import { selectPlayingBackend } from "../../dist/nn/select-backend.js";
import { StackIdTracker } from "../../dist/replay/stack-id-tracker.js";
import { FrameStore } from "../../dist/replay/frame-store.js";
import { framesForTransitions, ReplayMemory } from "../../dist/replay/replay-memory.js";
import { packTransitions } from "../../dist/replay/transition-block.js";
import { UniformSampler } from "../../dist/replay/uniform-sampler.js";

const STRETCH_FRAMES = 400;
const ACTION_REPEAT = 4;
const [A, B, RIGHT] = [1, 2, 128];
const BATCH = 32;
const CAPACITY = 10_000;

const jumpsAt = (frame) => frame % 48 < 24;
const buttons = (frame) => RIGHT | B | (jumpsAt(frame) ? A : 0);

function game(rom) {
  const bytes = new Uint8Array(readFileSync(rom));
  const env = createMarioEnv({ rom: bytes, actions: "right-only", actionRepeat: ACTION_REPEAT });
  const actionOf = (held) => env.actions.findIndex((action) => action.buttons === held);
  const [runs, jumps] = [actionOf(RIGHT | B), actionOf(RIGHT | B | A)];
  /** Eight frames; `look` says of each whether it is drawn. */
  const frames = (emulator, look) => {
    let at = 0;
    return () => {
      if (at % STRETCH_FRAMES === 0) emulator.restoreState(env.startState);
      for (let i = 0; i < 8; i++) {
        emulator.stepFrame(buttons(at % STRETCH_FRAMES), look(at));
        at++;
      }
      return 8;
    };
  };
  let at = 0;
  const environment = () => {
    if (at % STRETCH_FRAMES === 0) env.reset(0);
    env.step(jumpsAt(at % STRETCH_FRAMES) ? jumps : runs);
    at += ACTION_REPEAT;
    return 1;
  };
  while (at < STRETCH_FRAMES) environment();
  const everyFourth = (frame) => (frame % ACTION_REPEAT === ACTION_REPEAT - 1 ? "drawn" : "dark");
  return {
    about: { Node: process.version, xAtSceneEnd: env.ram.x },
    works: {
      turbo: repeat(frames(new Emulator(bytes), everyFourth)),
      drawn: repeat(frames(new Emulator(bytes), () => "drawn")),
      stock: repeat(frames(new Emulator(bytes, { turbo: false }), () => "drawn")),
      environment: repeat(environment),
    },
  };
}

async function compute(threads, precision) {
  const backend = await selectPlayingBackend("auto", { threads: Number(threads), precision });
  const rng = new Rng(1);
  const noise = (length) => Uint8Array.from({ length }, () => rng.nextUint32() & 255);
  const architecture = { actionCount: 14, dueling: false, padding: "same" };
  const agent = (doubleDqn) =>
    createDqnAgent({ backend, ...architecture, seed: 1, learningRate: 1e-4, doubleDqn });
  const doubleAgent = agent(true);
  const plainAgent = agent(false);
  const replay = filledReplay(noise);
  const batch = copied(replay.sample(BATCH, rng));
  const network = createActingNetwork({ backend, ...architecture });
  const act = (size) => {
    const observations = noise(size * 84 * 84 * 4);
    return repeat(() => (network.qValues(observations, size), 1));
  };
  return {
    about: { backend: backend.description, threads: backend.threads },
    works: {
      update: repeat(() => (doubleAgent.learn(batch), 1)),
      "sample-update": repeat(() => (plainAgent.learn(replay.sample(BATCH, rng)), 1)),
      "act-1": act(1),
      "act-8": act(8),
    },
  };
}

/** Full of noise. */
function filledReplay(noise) {
  const capacity = framesForTransitions(CAPACITY);
  const store = new FrameStore({ capacity, frameBytes: 84 * 84 });
  const sampler = new UniformSampler({ capacity: CAPACITY });
  const replay = new ReplayMemory({ capacity: CAPACITY, lanes: [store], sampler });
  const stack = new StackIdTracker(store);
  const pictures = Array.from({ length: 64 }, () => noise(84 * 84));
  let sTm1 = stack.reset(pictures[0]);
  for (let i = 1; i <= CAPACITY; i++) {
    const sT = stack.push(pictures[i % pictures.length]);
    const transition = { sTm1, aTm1: i % 14, rT: 1, discountT: 0.9, sT };
    replay.add(0, packTransitions([transition]), store.count);
    sTm1 = sT;
  }
  return replay;
}

/**
 * Without its options, preset tutorial has the network and the memory of the others; 8 environments,
 * as preset fast. The command starts anew each time and warms up by itself, outside the time that it
 * reports.
 */
function training(rom, precision) {
  const learn = (seconds) => {
    const options = ["--preset", "tutorial", "--no-dueling", "--no-prioritized"];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(import.meta.dirname, "..", "..", "dist", "cli", "main.js"),
        ...["bench", "end-to-end", ...options, "--num-envs", "8", "--window-steps", "64"],
        ...["--action-repeat", "4", "--learn-period", "4"],
        ...["--rom", rom, "--precision", precision, "--seconds", `${seconds}`, "--json"],
      ],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr.trim());
    return seconds * JSON.parse(stdout).stepsPerSecond.median;
  };
  return { about: { Node: process.version }, works: { learn } };
}

/** The memory reuses its batch. */
function copied(batch) {
  const copies = Object.entries(batch).map(([name, value]) => [name, value.slice?.() ?? value]);
  return Object.fromEntries(copies);
}

function repeat(piece) {
  return (seconds) => {
    const end = performance.now() + 1000 * seconds;
    let done = piece();
    while (performance.now() < end) done += piece();
    return done;
  };
}

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const [kind, ...kindArguments] = process.argv.slice(2);
const { about, works } = await { game, compute, training }[kind](...kindArguments);
say({ about, works: Object.keys(works) });
for await (const line of createInterface({ input: process.stdin })) {
  const { work, seconds } = JSON.parse(line);
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const done = works[work](seconds);
  const { user, system } = process.cpuUsage(cpuStart);
  // A training run measures itself, without its start.
  const ms = kind === "training" ? 1000 * seconds : performance.now() - start;
  say({ done, ms, cpuMs: (user + system) / 1000 });
}
