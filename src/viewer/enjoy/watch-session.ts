import type { Audience, Viewer } from "../server/audience.js";
import { EpisodeArchive, type Recording } from "./episode-archive.js";
import { GameView, type Message } from "./game-view.js";
import { Pace } from "./pace.js";
import { nearestAction, Person } from "./person.js";
import {
  type EnjoyCommand,
  type EnjoyState,
  type EpisodeEntry,
  type Moment,
  type Speed,
} from "../protocol/protocol.js";
import type { Choice, WatchedGame } from "./watched-game.js";

export interface WatchSessionOptions {
  readonly game: WatchedGame;
  readonly audience: Audience;
  /** Seed of the next episode. */
  readonly nextSeed: () => number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Episodes to play; then it stops and can still be replayed. Default: no end. */
  readonly episodes?: number;
  readonly onEpisode?: (entry: EpisodeEntry) => void;
}

/** One running episode: played for the first time, or a recording played again. */
interface Play {
  readonly recording: Recording | undefined;
  readonly seed: number;
  readonly actions: number[];
  helped: boolean;
}

/** A moment to see how it ended, at the console's pace. */
const BREATH_MS = 700;
const BREATH_AFTER_REPLAY_MS = 1500;
/** As fast as possible means pictures at this distance. */
const FAST_PICTURE_MS = 33;

/** Plays before an audience: pace, pause, take-over, list of episodes and their replay. */
export class WatchSession {
  readonly #game: WatchedGame;
  readonly #audience: Audience;
  readonly #options: WatchSessionOptions;
  readonly #pace: Pace;
  readonly #person: Person;
  readonly #archive = new EpisodeArchive();
  readonly #view: GameView;
  /** The newest message of each kind, for a page that comes later. */
  readonly #latest = new Map<string, string | Uint8Array>();
  #play: Play | undefined;
  /** The live episode, while a recording is played. */
  #suspended: { readonly play: Play | undefined; readonly state: unknown } | undefined;
  #wanted: { readonly replay: number } | "live" | undefined;
  #paused = false;
  #pausedBefore = false;
  #stepsAsked = 0;
  #speed: Speed = 1;
  #played = 0;
  #stopped = false;
  #shownAt = -Infinity;
  #framesSinceShown = 0;
  #lastState = "";
  #lastChoice: Choice | undefined;

  constructor(options: WatchSessionOptions) {
    this.#options = options;
    this.#game = options.game;
    this.#audience = options.audience;
    this.#view = new GameView(options.game);
    this.#pace = new Pace(options.game.hello.frameRate, options.now);
    this.#person = new Person(options.now);
  }

  /** Plays until {@link WatchSession.stop}; only while somebody looks on. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      this.#changeOver();
      this.#tellState();
      if (this.#mayPlay()) await this.#oneDecision();
      else {
        await this.#pace.pause();
        this.#pace.restart();
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#pace.wake();
  }

  /** A page has come. */
  join(viewer: Viewer): void {
    this.#audience.add(viewer);
    viewer.tell(JSON.stringify(this.#game.hello));
    viewer.tell(JSON.stringify(this.#state()));
    viewer.tell(JSON.stringify({ t: "episodes", entries: this.#archive.entries() }));
    viewer.show(this.#latest);
    this.#pace.wake();
  }

  /** A page wants the saliency. While nothing is played no decision brings it. */
  showSaliency(): void {
    if (this.#lastChoice === undefined || this.#mayPlay()) return;
    this.#show([this.#view.saliency(this.#lastChoice.action)]);
  }

  leave(viewer: Viewer): void {
    this.#audience.remove(viewer);
    this.#person.leave(viewer);
  }

  handle(viewer: Viewer, command: EnjoyCommand): void {
    switch (command.t) {
      case "pause":
        this.#paused = command.on;
        this.#stepsAsked = 0;
        break;
      case "step":
        if (this.#paused) this.#stepsAsked = Math.min(this.#stepsAsked + 1, 8);
        else this.#paused = true;
        break;
      case "speed":
        this.#speed = command.value;
        break;
      case "keys":
        if (command.buttons === 0 || (this.#isLive() && !this.#paused)) {
          this.#person.press(viewer, command.buttons);
        }
        break;
      case "replay":
        if (this.#archive.get(command.id)) this.#wanted = { replay: command.id };
        break;
      case "live":
        this.#wanted = "live";
        break;
    }
    this.#tellState();
    this.#pace.wake();
  }

  #mayPlay(): boolean {
    if (this.#audience.size === 0) return false;
    if (this.#isLive() && this.#isFinished()) return false;
    return !this.#paused || this.#stepsAsked > 0;
  }

  #isLive(): boolean {
    return this.#play?.recording === undefined;
  }

  #isFinished(): boolean {
    return this.#play === undefined && this.#played >= (this.#options.episodes ?? Infinity);
  }

  /** Begins what was asked for: a recording, or the live episode where it was left. */
  #changeOver(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted === undefined) return;
    if (wanted === "live") {
      if (!this.#isLive()) this.#backToLive();
      return;
    }
    const recording = this.#archive.get(wanted.replay);
    if (!recording) return;
    if (this.#isLive()) {
      this.#suspended = { play: this.#play, state: this.#play && this.#game.suspend() };
      this.#pausedBefore = this.#paused;
    }
    this.#paused = false;
    this.#play = { recording, seed: recording.seed, actions: [], helped: false };
    this.#game.reset(recording.seed);
    this.#pace.restart();
  }

  #backToLive(): void {
    const suspended = this.#suspended;
    this.#suspended = undefined;
    this.#play = suspended?.play;
    if (suspended?.play) this.#game.resume(suspended.state);
    this.#paused = this.#pausedBefore;
    this.#show([this.#view.screen()]);
    this.#pace.restart();
  }

  async #oneDecision(): Promise<void> {
    const play = (this.#play ??= this.#begin());
    const fast = this.#speed === 0 && !this.#paused && !this.#personPlays(play);
    if (this.#stepsAsked > 0) this.#stepsAsked--;
    const choice = this.#choose(play);
    this.#lastChoice = choice;
    const decided = fast && !this.#isDue() ? [] : this.#view.decision(choice, this.#audience);
    const pictures: Uint8Array[] = [];
    // Every frame at the console's pace; at twice that every other, and so on.
    const interval = fast ? Infinity : this.#personPlays(play) ? 1 : this.#speed || 1;
    const repeat = this.#game.hello.actionRepeat;
    const onFrame = (): void => {
      if (++this.#framesSinceShown < interval) return;
      this.#framesSinceShown = 0;
      pictures.push(this.#view.screen()[1]);
    };
    const before = this.#game.moment().frames;
    const { moment, ending } = this.#game.step(
      choice.action,
      interval < repeat ? onFrame : undefined,
    );
    const frames = moment.frames - before;
    play.actions.push(choice.action);
    if (fast) await this.#showFast(decided);
    else {
      if (interval >= repeat) pictures.push(this.#view.screen()[1]);
      await this.#showPaced(decided, pictures, frames, interval);
    }
    if (ending) await this.#end(play, moment, ending);
  }

  #begin(): Play {
    const seed = this.#options.nextSeed();
    this.#game.reset(seed);
    return { recording: undefined, seed, actions: [], helped: false };
  }

  #personPlays(play: Play): boolean {
    return play.recording === undefined && this.#person.hasControl;
  }

  #choose(play: Play): Choice {
    const q = this.#game.qValues();
    if (play.recording) {
      const { actions } = play.recording;
      // It ends where it ended; only a game that is not the same any more would go on.
      return { q, action: actions[play.actions.length] ?? 0, by: "record" };
    }
    if (!this.#personPlays(play)) return { q, ...this.#game.decide(q) };
    play.helped = true;
    return { q, action: nearestAction(this.#game.buttons, this.#person.buttons), by: "person" };
  }

  #show(messages: readonly Message[]): void {
    for (const [kind, message] of messages) this.#latest.set(kind, message);
    this.#audience.show(messages);
    this.#shownAt = this.#options.now();
  }

  #isDue(): boolean {
    return this.#options.now() - this.#shownAt >= FAST_PICTURE_MS;
  }

  async #showFast(decided: readonly Message[]): Promise<void> {
    if (decided.length > 0) this.#show([...decided, this.#view.screen()]);
    await new Promise((resolve) => setImmediate(resolve));
    this.#pace.restart();
  }

  async #showPaced(
    decided: readonly Message[],
    pictures: readonly Uint8Array[],
    frames: number,
    interval: number,
  ): Promise<void> {
    if (pictures.length === 0) this.#show(decided);
    for (const [i, picture] of pictures.entries()) {
      this.#show([...(i === 0 ? decided : []), ["screen", picture]]);
      await this.#pace.frames(frames / pictures.length, interval);
    }
  }

  async #end(play: Play, moment: Moment, ending: EpisodeEntry["ending"]): Promise<void> {
    this.#play = undefined;
    const { maxX: distance, reward, steps, frames } = moment;
    const slow = this.#speed !== 0;
    if (play.recording) {
      const { entry } = play.recording;
      const same =
        entry.distance === distance && entry.reward === reward && entry.frames === frames;
      this.#audience.tell(JSON.stringify({ t: "replayed", id: entry.id, same }));
      // Still on the page as a replay while its end is looked at.
      this.#play = play;
      if (slow) await this.#pace.pause(BREATH_AFTER_REPLAY_MS);
      this.#wanted ??= "live";
      return;
    }
    this.#played++;
    const summary = { ending, distance, reward, steps, frames, helped: play.helped };
    const { entry } = this.#archive.add(play.seed, Uint8Array.from(play.actions), summary);
    this.#options.onEpisode?.(entry);
    this.#audience.tell(JSON.stringify({ t: "episode", entry }));
    if (slow) await this.#pace.pause(BREATH_MS);
    this.#pace.restart();
  }

  #state(): EnjoyState {
    return {
      t: "state",
      paused: this.#paused,
      speed: this.#speed,
      replay: this.#play?.recording?.entry.id,
      person: this.#isLive() && this.#person.hasControl,
      finished: this.#isLive() && this.#isFinished(),
    };
  }

  #tellState(): void {
    const state = JSON.stringify(this.#state());
    if (state === this.#lastState) return;
    this.#lastState = state;
    this.#audience.tell(state);
  }
}
