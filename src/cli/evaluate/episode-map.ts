import { dirname } from "node:path";
import { MarioError } from "../../core/errors.js";
import type { MarioEnv } from "../../env/mario-env.js";
import { GlyphText } from "../../plot/glyph-text.js";
import type { EpisodeEnding, EpisodeSummary } from "../../trainer/episode.js";
import type { Evaluation } from "../../trainer/evaluation.js";
import { loadSharp } from "../../picture/load-sharp.js";
import { drawRgb, type Picture } from "../../picture/picture.js";
import { requireFileName, saveFile } from "../../picture/save-file.js";
import { layoutOf, mapSvg, type MapLayout } from "./episode-map-svg.js";
import type { EpisodeTrace } from "../film/episode-trace.js";
import { surveyStage } from "./stage-survey.js";
import { requireWritable } from "../writable.js";

/** Where and how one episode ended; pixels from the stage's left edge and the screen's top. */
export interface EpisodeEnd {
  readonly x: number;
  readonly y: number;
  readonly ending: EpisodeEnding;
}

/** Episodes played again to draw the stage: several, so that what moves is outvoted. */
const SURVEYED = 3;
/** Of what nobody has seen, 0x00RRGGBB. */
const UNSEEN = 0xdfe3e8;
/** Pixels behind the castle's door, where the stage was not seen to its end. */
const MARGIN = 126;

/** A picture of the stage with the ends of all episodes in it: `--map`. */
export class EpisodeMap {
  readonly #path: string;
  readonly #ends: EpisodeEnd[] = [];
  #furthest: { readonly distance: number; readonly trace: EpisodeTrace }[] = [];

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws MarioError INVALID_OPTION, NOT_WRITABLE: better now than after an hour. */
  static async open(path: string): Promise<EpisodeMap> {
    if (!path.toLowerCase().endsWith(".png")) {
      throw new MarioError("INVALID_OPTION", `A map cannot be written as ${path}.`, {
        value: path,
        remedy: "Give it a name that ends in .png.",
      });
    }
    requireWritable(dirname(path));
    await requireFileName(path);
    await loadSharp();
    return new EpisodeMap(path);
  }

  /** @param place of the player at its end */
  add(
    { distance, ending }: EpisodeSummary,
    { x, y }: { readonly x: number; readonly y: number },
    trace: EpisodeTrace,
  ): void {
    this.#ends.push({ x, y, ending });
    this.#furthest.push({ distance, trace });
    this.#furthest.sort((a, b) => b.distance - a.distance);
    this.#furthest = this.#furthest.slice(0, SURVEYED);
  }

  /**
   * Plays the furthest episodes again and draws.
   * @param isWhole these are all possible episodes
   * @returns false without an episode
   * @throws MarioError NOT_WRITABLE, DISK_FULL
   */
  async write(
    environment: MarioEnv,
    title: string,
    evaluation: Evaluation,
    isWhole = false,
  ): Promise<boolean> {
    if (this.#ends.length === 0) return false;
    const traces = this.#furthest.map(({ trace }) => trace);
    const survey = await surveyStage(environment, traces);
    const { distance } = environment.stage;
    const width = Math.max(survey.width, distance + MARGIN);
    const stage = survey.picture(width, UNSEEN);
    const layout = layoutOf(stage);
    const svg = mapSvg(
      {
        title,
        evaluation,
        isWhole,
        ends: this.#ends,
        stageDistance: distance,
        seen: survey.width,
        layout,
      },
      await GlyphText.load(),
    );
    await saveFile(this.#path, await compose(stage, layout, svg));
    return true;
  }
}

/** The stage in rows on white, and the drawing upon it. */
async function compose(stage: Picture, layout: MapLayout, svg: string): Promise<Uint8Array> {
  const { width, height } = layout;
  const rgb = new Uint8Array(3 * width * height).fill(255);
  for (const { from, to, left, top } of layout.rows) {
    const columns = to - from;
    const pixels = new Uint32Array(columns * stage.height);
    for (let y = 0; y < stage.height; y++) {
      const at = y * stage.width + from;
      pixels.set(stage.pixels.subarray(at, at + columns), y * columns);
    }
    const row = { width: columns, height: stage.height, pixels };
    drawRgb(row, 1, rgb, top * width + left, width);
  }
  const sharp = await loadSharp();
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .png({ palette: true, colours: 128, dither: 0, compressionLevel: 9, effort: 10 })
    .toBuffer();
}
