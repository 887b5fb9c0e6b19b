import type { Browser } from "jsnes";

/** Sound is laid out this far ahead, s; less clicks, more lags. */
const AHEAD_S = 0.06;
/** What is further ahead than this is dropped, s. */
const FAR_S = 0.2;
/** Without any sound, the samples go nowhere at this rate. */
const SILENT_RATE = 48_000;

/**
 * Makes `browser`'s speakers fit for this page.
 *
 * jsnes plays through an audio worklet, which browsers give to secure pages only: at 127.0.0.1, but
 * not on a phone that opens this machine's address. There, they get a plainer engine, one buffer for
 * each frame's samples.
 *
 * @returns the rate at which the device plays, Hz. jsnes itself would assume 44,100 and play a device
 * of 48,000 a semitone and a half too high, and the game as much too fast.
 */
export function prepareSpeakers(browser: Browser): number {
  if (typeof AudioContext === "undefined") return SILENT_RATE;
  const probe = new AudioContext();
  const { sampleRate } = probe;
  probe.close().catch(() => undefined);
  const speakers = browser._speakers;
  Object.assign(speakers, isSecureContext ? inTurn(speakers) : plainSpeakers());
  return sampleRate;
}

/**
 * jsnes starts and stops its speakers without waiting. If the game were paused while the worklet still
 * loads, loading would fail; if it also went on, two worklets would ask for frames. Here each start and
 * stop waits for the one before it.
 */
function inTurn(speakers: Browser["_speakers"]): Pick<Browser["_speakers"], "start" | "stop"> {
  const start = speakers.start.bind(speakers);
  const stop = speakers.stop.bind(speakers);
  let turn = Promise.resolve();
  const next = (action: () => void | Promise<void>): Promise<void> => {
    turn = turn.then(action).catch((error: unknown) => {
      console.warn("no sound:", error);
    });
    return turn;
  };
  return {
    start: () => next(start),
    stop: () => {
      void next(stop);
    },
  };
}

function plainSpeakers(): Browser["_speakers"] {
  let context: AudioContext | undefined;
  let left: number[] = [];
  let right: number[] = [];
  let playAt = 0;
  const resume = (): void => void context?.resume();
  return {
    start: () => {
      context = new AudioContext();
      playAt = 0;
      document.addEventListener("pointerdown", resume);
      document.addEventListener("keydown", resume);
      return Promise.resolve();
    },
    stop: () => {
      document.removeEventListener("pointerdown", resume);
      document.removeEventListener("keydown", resume);
      context?.close().catch(() => undefined);
      context = undefined;
      left = [];
      right = [];
    },
    writeSample: (l, r) => {
      if (context === undefined) return;
      left.push(l);
      right.push(r);
    },
    flush: () => {
      if (context === undefined || left.length === 0) return;
      const now = context.currentTime;
      if (playAt < now) playAt = now + AHEAD_S;
      if (context.state === "running" && playAt < now + FAR_S) {
        const buffer = context.createBuffer(2, left.length, context.sampleRate);
        buffer.copyToChannel(Float32Array.from(left), 0);
        buffer.copyToChannel(Float32Array.from(right), 1);
        const source = context.createBufferSource();
        source.buffer = buffer;
        source.connect(context.destination);
        source.start(playAt);
        playAt += buffer.duration;
      }
      left = [];
      right = [];
    },
  };
}
