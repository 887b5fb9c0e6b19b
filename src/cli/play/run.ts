import { basename } from "node:path";
import type { WebSocket } from "ws";
import { MarioError } from "../../core/errors.js";
import { parseRom } from "../../nes/rom.js";
import { observeWrite, type WriteObserver } from "../../core/write-error.js";
import type { Asset } from "../../viewer/server/local-server.js";
import { watchForInterrupt } from "../process/interrupt.js";
import { givenPageOptions } from "../page/page-options.js";
import { openPage } from "../page/page-server.js";
import { readPlay, requireSameRom, type Play } from "./play-file.js";
import { PlayRecording } from "./recording.js";
import { replay, requireSameEnd } from "./replay.js";
import type { PlayOptions } from "./command.js";
import { readRomFile, warnOfTelevision, type RomFile } from "../rom-file.js";

/** `mario play`'s page asks for this port first. */
const USUAL_PORT = 8472;
/** How often a recording under way is written, ms. */
const SAVE_PERIOD_MS = 5_000;
/** What a page gets to send its last inputs when the program ends, ms. */
const FAREWELL_MS = 500;
/** A page that connects anew sends its whole play: hours of it. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

export async function runPlay(options: PlayOptions): Promise<void> {
  checkOptions(options);
  const film = options.replay === undefined ? undefined : readPlay(options.replay);
  const rom = readRomFile(options.rom);
  const { sha1 } = parseRom(rom.bytes);
  warnOfTelevision(rom);
  if (film !== undefined) requireSameRom(film, { name: rom.name, sha1 });
  if (film !== undefined && options.view === "none") {
    replayBlindly(film, options.replay ?? "", rom);
    return;
  }
  const recording =
    options.record === undefined
      ? undefined
      : new PlayRecording(options.record, {
          rom: sha1,
          ...(options.stage !== undefined && { stage: options.stage }),
        });
  await servePage(options, pageAssets(options, rom, film, recording?.program), recording);
}

/** @throws MarioError INVALID_OPTION for options that exclude each other. */
function checkOptions(options: PlayOptions): void {
  const { stage, record, replay: file, view } = options;
  const conflict = (what: string, remedy: string): MarioError =>
    new MarioError("INVALID_OPTION", what, { remedy });
  if (view === "none" && file === undefined) {
    throw conflict("There is nothing to play without a view.", "Name a recording with --replay.");
  }
  const ofPage = givenPageOptions(options);
  if (view === "none" && ofPage.length > 0) {
    throw conflict(
      `--view none has no page for ${ofPage.join(" and ")}.`,
      "Leave out one of them.",
    );
  }
  if (file === undefined) return;
  if (record !== undefined) {
    throw conflict("A replay cannot be recorded.", "Leave out --record or --replay.");
  }
  if (stage !== undefined) {
    throw conflict("A recording has a stage of its own.", "Leave out --stage.");
  }
}

function replayBlindly(film: Play, path: string, rom: RomFile): void {
  const end = replay(film, rom.bytes);
  process.stdout.write(`frames ${film.frames}\nram ${end.ram}\npicture ${end.picture}\n`);
  requireSameEnd(film, end);
  if (film.end !== undefined) process.stderr.write(`${basename(path)}: ends as recorded\n`);
}

/**
 * The cartridge, and what to do with it (`Session` in the page's session.ts).
 * @param program that records
 */
function pageAssets(
  options: PlayOptions,
  rom: RomFile,
  film: Play | undefined,
  program: string | undefined,
): Map<string, Asset> {
  const stage = film === undefined ? options.stage : film.stage;
  const session = {
    rom: rom.name,
    ...(stage !== undefined && { stage }),
    ...(options.record !== undefined && { record: basename(options.record), program }),
    ...(film !== undefined && {
      replay: { name: basename(options.replay ?? ""), inputs: film.inputs, end: film.end },
    }),
  };
  const body = new TextEncoder().encode(JSON.stringify(session));
  return new Map([
    ["cartridge.nes", { body: rom.bytes, type: "application/octet-stream" }],
    ["session.json", { body, type: "application/json; charset=utf-8" }],
  ]);
}

/** Serves until a person stops the program; what was played by then is in the file. */
async function servePage(
  options: PlayOptions,
  assets: ReadonlyMap<string, Asset>,
  recording: PlayRecording | undefined,
): Promise<void> {
  const pages = new Set<WebSocket>();
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const observer = warnOfUnsaved(pages);
  const save = (): void => {
    try {
      observeWrite(observer, () => recording?.save());
    } catch (error) {
      fail(error);
    }
  };
  const onConnection = (socket: WebSocket): void => {
    pages.add(socket);
    if (observer.problem !== undefined) tellUnsaved(socket, observer.problem);
    if (recording) recordFrom(socket, recording, save);
    socket.on("close", () => pages.delete(socket));
  };
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  // Before the page's address is printed: who reads it may stop at once.
  const interrupt = watchForInterrupt(stop);
  const server = await openPage(
    {
      name: "play",
      usualPort: USUAL_PORT,
      assets,
      onConnection,
      allowBlobScripts: true,
      maxMessageBytes: MAX_MESSAGE_BYTES,
    },
    options,
  );
  const timer = setInterval(save, SAVE_PERIOD_MS);
  try {
    await Promise.race([stopped, failed]);
    await sayFarewell(pages);
    recording?.save();
  } finally {
    clearInterval(timer);
    interrupt.dispose();
    await server.close();
  }
  if (recording !== undefined) process.stderr.write(`${recording.summary()}\n`);
}

/** @param save called when the connection has ended */
function recordFrom(socket: WebSocket, recording: PlayRecording, save: () => void): void {
  socket.on("message", (data: Buffer, isBinary) => {
    const refusal = isBinary ? undefined : recording.receive(socket, data.toString());
    if (refusal !== undefined) socket.send(JSON.stringify({ type: "refused", reason: refusal }));
  });
  socket.on("close", () => {
    recording.leave(socket);
    save();
  });
}

/**
 * Warns once until it works again, in the terminal and on the pages: meanwhile all that was played is
 * in memory.
 */
function warnOfUnsaved(
  pages: ReadonlySet<WebSocket>,
): WriteObserver & { readonly problem: string | undefined } {
  let problem: string | undefined;
  return {
    get problem() {
      return problem;
    },
    failed: (error) => {
      if (problem !== undefined) return;
      problem = `The recording is not saved: ${error.message} Saving is tried again every ${SAVE_PERIOD_MS / 1000} s.`;
      process.stderr.write(`mario: ${problem}\n`);
      for (const page of pages) tellUnsaved(page, problem);
    },
    written: () => {
      if (problem === undefined) return;
      problem = undefined;
      for (const page of pages) page.send(JSON.stringify({ type: "saved" }));
    },
  };
}

function tellUnsaved(page: WebSocket, problem: string): void {
  page.send(JSON.stringify({ type: "unsaved", reason: problem }));
}

/** Lets the pages send what they have not sent yet. */
async function sayFarewell(pages: ReadonlySet<WebSocket>): Promise<void> {
  for (const page of pages) page.send(JSON.stringify({ type: "stop" }));
  const end = performance.now() + FAREWELL_MS;
  while (pages.size > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
