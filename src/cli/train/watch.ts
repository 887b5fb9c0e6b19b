import { resolve } from "node:path";
import type { TrainSettings } from "../../config/schema.js";
import { settingEntries } from "../../config/setting-entries.js";
import { FRAME_RATE } from "../../nes/hardware.js";
import type { ScalarSink } from "../../logging/scalar-sink.js";
import type { FrameStore } from "../../replay/frame-store.js";
import type { Played } from "../../trainer/actor-group.js";
import { windowPlanOf } from "../../trainer/run-plan.js";
import { stepNumber, type Window, type WindowPlan } from "../../trainer/window.js";
import { LiveFeed } from "../../viewer/dashboard/live-feed.js";
import { openDashboard, type DashboardPage } from "../dashboard/dashboard-page.js";
import { findRuns } from "../dashboard/run.js";
import { FileRun } from "../dashboard/file-run.js";
import type { PageOptions } from "../page/page-options.js";

export interface TrainWatchOptions {
  readonly settings: TrainSettings;
  /** Folder of all runs, for comparison. */
  readonly logDirectory: string;
  readonly page: PageOptions;
}

/** What there is once the threads are set up. */
export interface WatchedRun {
  /** Each environment's frames, `[84, 84] uint8`, which its thread goes on writing. */
  readonly stores: readonly FrameStore[];
  /** Where the run logs; undefined without an event file. */
  readonly directory: string | undefined;
  readonly isResumed: boolean;
}

/** More screens are too small to be looked at. */
const MOST_SCREENS = 16;
const PICTURE_MS = 100;

/**
 * `mario train --watch`: shows the run on the dashboard. It reads what there is anyway, the frames
 * that actors store in shared memory, so no thread of the trainer does anything for it; and a window
 * is shown while the next one is played.
 */
export class TrainWatch {
  /** Figures on their way to the event file pass through here. */
  readonly sink: ScalarSink;
  readonly #settings: TrainSettings;
  readonly #plan: WindowPlan;
  readonly #feed: LiveFeed;
  readonly #timer: NodeJS.Timeout;
  readonly #frameCounts: number[] = [];
  readonly #shown: number[] = [];
  #ranges: readonly (readonly [from: number, to: number])[] = [];
  #windowAt = 0;
  #windowMs = 0;
  #best = 0;
  #page: DashboardPage | undefined;
  #run: WatchedRun = { stores: [], directory: undefined, isResumed: false };

  private constructor({ settings }: TrainWatchOptions) {
    this.#settings = settings;
    this.#plan = windowPlanOf(settings);
    const feed = new LiveFeed({
      name: "this run",
      settings: Object.fromEntries(
        settingEntries(settings).map(([name, value]) => [name, String(value)]),
      ),
      now: () => performance.now(),
      pictureRate: 1000 / PICTURE_MS,
    });
    this.#feed = feed;
    this.sink = {
      scalar: (tag, value, step) => {
        feed.publishScalars(step, { [tag]: value });
      },
      text: () => undefined,
      flush: () => undefined,
      close: () => undefined,
    };
    this.#timer = setInterval(() => {
      this.#showFrames();
    }, PICTURE_MS);
    this.#timer.unref();
  }

  /** @throws MarioError INVALID_OPTION when the port or the interface cannot be had. */
  static async open(options: TrainWatchOptions): Promise<TrainWatch> {
    const watch = new TrainWatch(options);
    const { logDirectory, page } = options;
    const others = (): FileRun[] =>
      findRuns([logDirectory]).filter(({ id }) => resolve(id) !== watch.#ownDirectory);
    try {
      watch.#page = await openDashboard({ findRuns: others, live: watch.#feed }, page);
    } catch (error) {
      clearInterval(watch.#timer);
      throw error;
    }
    return watch;
  }

  get #ownDirectory(): string | undefined {
    const { directory } = this.#run;
    return directory && resolve(directory);
  }

  /** Before the first window. */
  begin(run: WatchedRun): void {
    this.#run = run;
    const { directory, isResumed } = run;
    if (directory !== undefined) this.#feed.name = directory;
    // What it did before it was stopped.
    const before = directory !== undefined && isResumed ? new FileRun(directory, "") : undefined;
    this.#feed.begin(before?.poll() ?? [], before?.seconds ?? 0);
  }

  onWindow(window: Window, played: readonly Played[]): void {
    const now = performance.now();
    if (this.#windowAt > 0) this.#windowMs = now - this.#windowAt;
    this.#windowAt = now;
    this.#ranges = played.map(({ lane, frameCount }) => {
      const before = this.#frameCounts[lane] ?? frameCount;
      this.#frameCounts[lane] = frameCount;
      return [before, frameCount] as const;
    });
    for (const lane of played) this.#tellEpisodes(window, lane);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#page?.close();
  }

  #tellEpisodes(window: Window, { lane, frameCount, episodes }: Played): void {
    let end = lastFrameOf(window, this.#plan, lane, frameCount, episodes.at(-1)?.step ?? 0);
    for (const { step, episode } of episodes.toReversed()) {
      const { distance, reward, completed, restarted = false, steps } = episode;
      const entry = { environment: lane, step, distance, reward, completed, restarted };
      this.#feed.publishEpisode(entry);
      const first = end - steps;
      if (!restarted && distance > this.#best)
        this.#keepFilm(lane, first, end, { step, distance, reward });
      // The one before it in this window ended just before this one began.
      end = first - 1;
    }
  }

  #keepFilm(
    lane: number,
    first: number,
    last: number,
    what: { readonly step: number; readonly distance: number; readonly reward: number },
  ): void {
    const store = this.#run.stores[lane];
    const oldest = (this.#frameCounts[lane] ?? 0) - store.capacity + 2 * this.#plan.rounds;
    if (first < Math.max(0, oldest)) return;
    this.#best = what.distance;
    const frames = Array.from({ length: last - first + 1 }, (_, i) =>
      store.view(first + i).slice(),
    );
    const { actionRepeat } = this.#settings.environment;
    this.#feed.publishBest({ ...what, frames, pictureMs: (1000 * actionRepeat) / FRAME_RATE });
  }

  /** The last window's frames, spread over the time that a window takes. */
  #showFrames(): void {
    const share = this.#windowMs > 0 ? (performance.now() - this.#windowAt) / this.#windowMs : 1;
    for (const [lane, [from, to]] of this.#ranges.slice(0, MOST_SCREENS).entries()) {
      if (to <= from || !this.#feed.wantsFrame(lane)) continue;
      const id = Math.min(to - 1, from + Math.floor(share * (to - from)));
      if (this.#shown[lane] === id) continue;
      this.#shown[lane] = id;
      this.#feed.publishFrame(lane, this.#run.stores[lane].view(id));
    }
  }
}

/**
 * The last frame of the episode that was the last to end in a window. After it came one frame for
 * each further decision of the environment, and one for the start of the next episode.
 * @param step at which it ended
 */
export function lastFrameOf(
  window: Window,
  plan: WindowPlan,
  lane: number,
  frameCount: number,
  step: number,
): number {
  let after = 0;
  for (let round = 0; round < plan.rounds; round++) {
    const one = stepNumber(window, plan, round, lane);
    if (one > step && one <= window.last) after++;
  }
  return frameCount - 1 - (after > 0 ? after + 1 : 0);
}
