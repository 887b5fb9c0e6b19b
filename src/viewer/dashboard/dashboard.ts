import { Audience, type Viewer } from "../server/audience.js";
import type { LiveFeed } from "./live-feed.js";
import type { DashboardCommand, DashboardMessage, RunEntry } from "../protocol/protocol.js";
import { groupByTag, SeriesStore, type Point, type RunSource } from "./series.js";

export interface DashboardOptions {
  /** All runs there are now; asked again and again. */
  readonly findRuns: () => readonly RunSource[];
  /** The run of this process. */
  readonly live?: LiveFeed;
}

/** A run that somebody looks at. */
interface FollowedRun {
  readonly source: RunSource;
  readonly store: SeriesStore;
  readonly followers: Set<Viewer>;
  settings: Readonly<Record<string, string>>;
}

/** A run whose files did not grow for this long has ended; evaluations, too, may take a minute. */
const RUNNING_MS = 120_000;
const POLL_MS = 1000;
/** Looking for new runs walks through folders: not every time. */
const POLLS_PER_SEARCH = 4;

/** Shows runs, finished and running, to all pages that look on. */
export class Dashboard {
  readonly #options: DashboardOptions;
  readonly #audience = new Audience();
  readonly #followed = new Map<string, FollowedRun>();
  readonly #lastScreens = new Map<string, Uint8Array>();
  #runs: readonly RunSource[] = [];
  #entries = "";
  #polls = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(options: DashboardOptions) {
    this.#options = options;
    if (options.live) this.#follow(options.live);
    this.#search();
    this.#timer = setInterval(() => {
      this.poll();
    }, POLL_MS);
    options.live?.listen({
      isWatched: () => this.#audience.watching,
      onPicture: (environment, message) => {
        const kind = `screen/${environment}`;
        this.#lastScreens.set(kind, message);
        this.#audience.show([[kind, message]]);
      },
      onEpisode: (episode) => {
        this.#tell({ t: "episode", episode });
      },
      onBest: (best) => {
        this.#tell({ t: "best", best });
      },
    });
  }

  join(viewer: Viewer): void {
    const { live } = this.#options;
    this.#audience.add(viewer);
    tell(viewer, { t: "hello", live: live !== undefined });
    viewer.tell(this.#entries);
    if (live?.best) tell(viewer, { t: "best", best: live.best });
    viewer.show(this.#lastScreens);
  }

  leave(viewer: Viewer): void {
    this.#audience.remove(viewer);
    for (const run of this.#followed.values()) run.followers.delete(viewer);
  }

  handle(viewer: Viewer, command: DashboardCommand): void {
    if (command.t === "film") {
      const pictures = this.#options.live?.bestPictures(command.film) ?? [];
      for (const message of pictures) viewer.tell(message);
      return;
    }
    const wanted = new Set(command.runs);
    for (const [id, run] of this.#followed) if (!wanted.has(id)) run.followers.delete(viewer);
    for (const id of wanted) this.#add(viewer, id);
  }

  /** Reads on in what is followed; by itself once a second. */
  poll(): void {
    // What the trainer tells is taken in at once: nobody else keeps it.
    const { live } = this.#options;
    if (live) readOn(this.#follow(live));
    if (this.#audience.size === 0) return;
    if (++this.#polls % POLLS_PER_SEARCH === 0) this.#search();
    for (const run of this.#followed.values()) if (run.followers.size > 0) readOn(run);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#options.live?.listen(undefined);
  }

  #add(viewer: Viewer, id: string): void {
    const source = this.#runs.find((run) => run.id === id);
    if (source === undefined) return;
    const run = this.#follow(source);
    if (run.followers.has(viewer)) return;
    readOn(run);
    run.followers.add(viewer);
    tell(viewer, snapshotOf(run));
  }

  #follow(source: RunSource): FollowedRun {
    let run = this.#followed.get(source.id);
    if (run === undefined) {
      run = { source, store: new SeriesStore(), followers: new Set(), settings: {} };
      this.#followed.set(source.id, run);
    }
    return run;
  }

  #search(): void {
    const { live, findRuns } = this.#options;
    const known = new Map(this.#runs.map((run) => [run.id, run]));
    // A source remembers how far it was read: keep those that there are.
    this.#runs = [...(live ? [live] : []), ...findRuns()].map((run) => known.get(run.id) ?? run);
    const now = Date.now();
    const runs = this.#runs.map((run): RunEntry => {
      const changed = run.changedAt();
      const running = run === live || now - changed < RUNNING_MS;
      return { id: run.id, name: run.name, changed, running };
    });
    const entries = JSON.stringify({ t: "runs", runs } satisfies DashboardMessage);
    if (entries === this.#entries) return;
    this.#entries = entries;
    this.#audience.tell(entries);
  }

  #tell(message: DashboardMessage): void {
    this.#audience.tell(JSON.stringify(message));
  }
}

/** Takes in what the run has logged since, and passes it on to those who follow it. */
function readOn(run: FollowedRun): void {
  let points: Point[] = [];
  let isReset = false;
  for (const growth of run.source.poll()) {
    if (growth.settings) {
      run.settings = growth.settings;
      isReset = true;
    }
    if (growth.dropFrom !== undefined) {
      run.store.dropFrom(growth.dropFrom);
      points = [];
      isReset = true;
    }
    for (const point of growth.points) {
      run.store.add(point);
      points.push(point);
    }
  }
  if (run.followers.size === 0 || (points.length === 0 && !isReset)) return;
  const message: DashboardMessage = isReset
    ? snapshotOf(run)
    : { t: "series", run: run.source.id, reset: false, tags: groupByTag(points) };
  for (const viewer of run.followers) tell(viewer, message);
}

function snapshotOf({ source, store, settings }: FollowedRun): DashboardMessage {
  return { t: "series", run: source.id, reset: true, settings, tags: store.snapshot() };
}

function tell(viewer: Viewer, message: DashboardMessage): void {
  viewer.tell(JSON.stringify(message));
}
