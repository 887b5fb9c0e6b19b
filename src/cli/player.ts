import { basename } from "node:path";
import type { Agent } from "../agent/agent.js";
import type { MarioEnv } from "../env/mario-env.js";
import type { ComputeBackend } from "../nn/backend.js";
import { selectPlayingBackend } from "../nn/select-backend.js";
import { openEnvironment, stageFrom } from "./environment.js";
import type { EpisodeOptions, ModelOptions } from "./options.js";
import { readRomFile, sha1Of, warnOfTelevision } from "./rom-file.js";
import { agentFor, openModel, type SavedModel } from "./saved-model.js";

/** A model, ready to play in its environment. */
export interface Player {
  readonly model: SavedModel;
  readonly environment: MarioEnv;
  readonly agent: Agent;
  readonly backend: ComputeBackend;
  readonly romName: string;
  /** For people, e.g. `mario_reward_930.6.safetensors on fenn.nes`. */
  readonly title: string;
}

/**
 * Opens what `--file`, `--rom`, `--stage`, `--backend`, … name. The agent is to be disposed of.
 * @throws MarioError for whatever the user can have got wrong
 */
export async function openPlayer(options: EpisodeOptions & ModelOptions): Promise<Player> {
  const { file, noops, sticky } = options;
  // A model that is not named is one for the cartridge that would be trained on.
  const wanted = file === undefined ? sha1Of(readRomFile(options.rom)) : undefined;
  const model = openModel(file, { noops, sticky, stage: stageFrom(options), rom: wanted });
  const rom = readRomFile(options.rom, model.metadata.rom?.sha1);
  const environment = openEnvironment(rom, model.environment);
  warnOfOtherGame(model, rom.name, environment.emulator.rom.sha1);
  warnOfTelevision(rom);
  const backend = await selectPlayingBackend(options.backend, options);
  warnOfSlowBackend(backend);
  const agent = agentFor(model, backend);
  const romName = rom.name;
  return {
    model,
    environment,
    agent,
    backend,
    romName,
    title: `${basename(model.path)} on ${rom.name}`,
  };
}

/** The note names the remedy. */
function warnOfSlowBackend({ name, note }: ComputeBackend): void {
  if (note !== undefined)
    process.stderr.write(`mario: plays slowly, with backend ${name}. ${note}\n`);
}

/** A model may be tried on another game, but not without a word. */
function warnOfOtherGame({ path, metadata }: SavedModel, romName: string, sha1: string): void {
  const learned = metadata.rom;
  if (learned === undefined || learned.sha1 === sha1) return;
  const short = (sum: string): string => sum.slice(0, 8);
  process.stderr.write(
    `mario: ${basename(path)} learned ${learned.name} (SHA-1 ${short(learned.sha1)}) and now plays ${romName} (${short(sha1)}). Name its own cartridge with --rom.\n`,
  );
}
