/*
 * What the pages and the program say to each other over one WebSocket. Text messages are JSON; a
 * binary message is one picture. Imported by both sides: nothing of Node, nothing of the browser.
 */

/** What a picture shows. */
export const PictureKind = { screen: 1, stack: 2, saliency: 3, film: 4 } as const;
export type PictureKindValue = (typeof PictureKind)[keyof typeof PictureKind];

/**
 * Header of a picture, little-endian: uint8 kind, uint8 source, uint8 colours − 1,
 * uint8 frames − 1, uint16 width, uint16 height, int32 left, uint8 held. Then, deflated: colours × RGB,
 * frames × height × width palette indices (or grey values, where there are no colours).
 */
export const PICTURE_HEADER_BYTES = 13;

export interface PictureHeader {
  readonly kind: PictureKindValue;
  /** Which environment; 0 where there is one. Of a film: {@link filmSource}. */
  readonly source: number;
  /** 0 for grey values without a palette. */
  readonly colours: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Pixels of the stage to the left of the picture; −1 unknown. */
  readonly left: number;
  /** Buttons held in the frame that the screen shows, an OR; 0 for other pictures. */
  readonly held: number;
}

/** @param film see {@link BestFilmEntry}. @returns the `source` of its pictures: few films are under way. */
export function filmSource(film: number): number {
  return film & 0xff;
}

export function writePictureHeader(header: PictureHeader, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint8(0, header.kind | (header.colours > 0 ? 0x80 : 0));
  view.setUint8(1, header.source);
  view.setUint8(2, Math.max(0, header.colours - 1));
  view.setUint8(3, header.frames - 1);
  view.setUint16(4, header.width, true);
  view.setUint16(6, header.height, true);
  view.setInt32(8, header.left, true);
  view.setUint8(12, header.held);
}

export function readPictureHeader(bytes: Uint8Array): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint8(0);
  return {
    kind: (kind & 0x7f) as PictureKindValue,
    source: view.getUint8(1),
    colours: (kind & 0x80) === 0 ? 0 : view.getUint8(2) + 1,
    frames: view.getUint8(3) + 1,
    width: view.getUint16(4, true),
    height: view.getUint16(6, true),
    left: view.getInt32(8, true),
    held: view.getUint8(12),
  };
}

/** 1, 2, 4: times the console's pace. 0: as fast as possible. */
export type Speed = 1 | 2 | 4 | 0;
export const SPEEDS: readonly Speed[] = [1, 2, 4, 0];

/** Who chose an action. */
export type Chooser = "network" | "chance" | "person" | "record";

/** Where the running episode stands. Distances in pixels from the stage's left edge. */
export interface Moment {
  readonly x: number;
  readonly maxX: number;
  readonly time: number;
  readonly score: number;
  readonly coins: number;
  /** Sum of the changes of x, pixels: the tutorial's reward. */
  readonly reward: number;
  /** Decisions. */
  readonly steps: number;
  /** Emulator frames. */
  readonly frames: number;
  /** Pixels of the stage to the left of the screen; negative where it shows a room beside it. */
  readonly left: number;
}

/** As the trainer counts them: `hit` is an enemy or a hazard, `cut` a limit of ours. */
export type EpisodeEnding = "completed" | "fell" | "hit" | "timeUp" | "died" | "cut";

/** One episode of the list. */
export interface EpisodeEntry {
  readonly id: number;
  readonly ending: EpisodeEnding;
  readonly distance: number;
  readonly reward: number;
  readonly steps: number;
  /** Emulator frames. */
  readonly frames: number;
  /** A person pressed buttons in it. */
  readonly helped: boolean;
}

export interface EnjoyHello {
  readonly t: "hello";
  readonly model: string;
  readonly rom: string;
  readonly stage: { readonly name: string; readonly distance: number };
  readonly actions: readonly { readonly name: string }[];
  readonly actionRepeat: number;
  /** Frames a second. */
  readonly frameRate: number;
}

export interface EnjoyState {
  readonly t: "state";
  readonly paused: boolean;
  readonly speed: Speed;
  /** Episode of the list that is played again. */
  readonly replay: number | undefined;
  /** A person holds the controller. */
  readonly person: boolean;
  /** All episodes that were asked for are played. */
  readonly finished: boolean;
}

export interface EnjoyDecision extends Moment {
  readonly t: "decision";
  readonly q: readonly number[];
  readonly action: number;
  readonly by: Chooser;
}

/** From the program to the enjoy page. */
export type EnjoyMessage =
  | EnjoyHello
  | EnjoyState
  | EnjoyDecision
  | { readonly t: "episodes"; readonly entries: readonly EpisodeEntry[] }
  | { readonly t: "episode"; readonly entry: EpisodeEntry }
  | { readonly t: "replayed"; readonly id: number; readonly same: boolean };

/** From any page to the program. */
export type ViewerMessage =
  | { readonly t: "seen"; readonly n: number }
  | { readonly t: "visible"; readonly on: boolean }
  /** Pictures that cost something are computed only while a page wants them. */
  | { readonly t: "want"; readonly what: OptionalPicture; readonly on: boolean };

export type OptionalPicture = "stack" | "saliency";

/** From the enjoy page to the program. */
export type EnjoyCommand =
  | { readonly t: "pause"; readonly on: boolean }
  | { readonly t: "step" }
  | { readonly t: "speed"; readonly value: Speed }
  | { readonly t: "keys"; readonly buttons: number }
  | { readonly t: "replay"; readonly id: number }
  | { readonly t: "live" };

/** Points of one figure: steps, values, and seconds since the run began, stops left out. */
export interface SeriesPoints {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
  readonly seconds: readonly number[];
}

export interface RunEntry {
  readonly id: string;
  /** Short, e.g. `60000_0.2_… · 2026-01-31 23:59`. */
  readonly name: string;
  /** Milliseconds since 1970 of the last growth. */
  readonly changed: number;
  /** Grew within the last two minutes, or is the run of this very process. */
  readonly running: boolean;
}

/** From the program to the dashboard. */
export type DashboardMessage =
  | { readonly t: "hello"; readonly live: boolean }
  | { readonly t: "runs"; readonly runs: readonly RunEntry[] }
  | {
      readonly t: "series";
      readonly run: string;
      /** Forget what was there of this run. */
      readonly reset: boolean;
      /** `learning.gamma` → `0.9`. */
      readonly settings?: Readonly<Record<string, string>>;
      readonly tags: Readonly<Record<string, SeriesPoints>>;
    }
  | { readonly t: "episode"; readonly episode: LiveEpisode }
  | { readonly t: "best"; readonly best: BestFilmEntry };

/** From the dashboard to the program. */
export type DashboardCommand =
  | { readonly t: "follow"; readonly runs: readonly string[] }
  /** The pictures of that film, unless there is a better one by now. */
  | { readonly t: "film"; readonly film: number };

/** One finished episode of a live run. */
export interface LiveEpisode {
  readonly environment: number;
  readonly step: number;
  readonly distance: number;
  readonly reward: number;
  readonly completed: boolean;
  /** Practice: it did not begin at the stage's start. */
  readonly restarted: boolean;
}

/** The best episode so far; its pictures follow as binary messages once they are asked for. */
export interface BestFilmEntry {
  /** Number of the film: 1 for the first of this process, and so on. */
  readonly film: number;
  readonly step: number;
  readonly distance: number;
  readonly reward: number;
  readonly pictures: number;
  /** Milliseconds from one picture to the next. */
  readonly pictureMs: number;
}
