import type { GlyphText, TextStyle } from "../../plot/glyph-text.js";
import type { EpisodeEnding } from "../../trainer/episode.js";
import type { Evaluation } from "../../trainer/evaluation.js";
import { STATUS_ROWS } from "../../picture/stage-picture.js";
import type { EpisodeEnd } from "./episode-map.js";

/** A part of the stage; pixels of the stage, and where they are in the picture. */
interface MapRow {
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly top: number;
}

/** Pixels. */
export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly stageHeight: number;
  readonly rows: readonly MapRow[];
}

export interface MapPicture {
  readonly title: string;
  readonly evaluation: Evaluation;
  /** These are all possible episodes: there is no interval. */
  readonly isWhole: boolean;
  readonly ends: readonly EpisodeEnd[];
  readonly stageDistance: number;
  /** Pixels of the stage from which on nobody has seen it. */
  readonly seen: number;
  readonly layout: MapLayout;
}

/** About four and a half screens in a row. */
const MAX_ROW_WIDTH = 1152;
const SIDE = 28;
const HEADER = 122;
/** Below a row: bars, then the axis. */
const BARS = 46;
const AXIS = 30;
const BIN = 16;
const TICK = 200;

const INK = "#1f2328";
const GRAY = "#59636e";
const DEATH = "#d7263d";
const GOLD = "#f2b705";
const BLUE = "#0072b2";
const TITLE: TextStyle = { size: 21, color: INK, bold: true };
const TEXT: TextStyle = { size: 14, color: INK };
const SMALL: TextStyle = { size: 12, color: GRAY };
const COUNT: TextStyle = { size: 11, color: INK, anchor: "middle" };

/** Told apart by their shapes as well as by their colours; centred on 0, 0, about 12 wide. */
const MARKS: Readonly<Record<EpisodeEnding, { label: string; color: string; svg: string }>> = {
  completed: {
    label: "finished",
    color: GOLD,
    svg: `<path d="M0-9L2.2-3.1 8.6-2.8 3.6 1.2 5.3 7.3 0 3.8-5.3 7.3-3.6 1.2-8.6-2.8-2.2-3.1Z" fill="${GOLD}" stroke="${INK}" stroke-width="1.2"/>`,
  },
  fell: {
    label: "fell",
    color: DEATH,
    svg: `<path d="M-6.5-5.5H6.5L0 6.5Z" fill="${DEATH}" stroke="#fff" stroke-width="1.5"/>`,
  },
  hit: {
    label: "hit by an enemy or a hazard",
    color: DEATH,
    svg:
      `<path d="M-5-5L5 5M-5 5L5-5" stroke="#fff" stroke-width="6" stroke-linecap="round"/>` +
      `<path d="M-5-5L5 5M-5 5L5-5" stroke="${DEATH}" stroke-width="3" stroke-linecap="round"/>`,
  },
  timeUp: {
    label: "time up",
    color: DEATH,
    svg:
      `<circle r="6.5" fill="#fff" stroke="${DEATH}" stroke-width="2.5"/>` +
      `<path d="M0-4V0H3" fill="none" stroke="${DEATH}" stroke-width="1.6"/>`,
  },
  died: {
    label: "died",
    color: DEATH,
    svg: `<circle r="6" fill="${DEATH}" stroke="#fff" stroke-width="1.5"/>`,
  },
  cut: {
    label: "cut short",
    color: BLUE,
    svg: `<path d="M-5.5-5.5H5.5V5.5H-5.5Z" fill="${BLUE}" stroke="#fff" stroke-width="1.5"/>`,
  },
};
/** Later ones are drawn over earlier ones. */
const ORDER = ["cut", "timeUp", "died", "fell", "hit", "completed"] as const;

/** Rows of equal width, a multiple of the bars' width. */
export function layoutOf(stage: { readonly width: number; readonly height: number }): MapLayout {
  const count = Math.ceil(stage.width / MAX_ROW_WIDTH);
  const rowWidth = Math.ceil(stage.width / count / BIN) * BIN;
  const rowHeight = stage.height + BARS + AXIS;
  const rows = Array.from({ length: count }, (_, i) => ({
    from: i * rowWidth,
    to: Math.min((i + 1) * rowWidth, stage.width),
    left: SIDE,
    top: HEADER + i * rowHeight,
  }));
  return {
    width: rowWidth + 2 * SIDE,
    height: HEADER + count * rowHeight + 8,
    stageHeight: stage.height,
    rows,
  };
}

/** Everything but the stage itself, on a transparent ground. */
export function mapSvg(picture: MapPicture, text: GlyphText): string {
  const { width, height, rows } = picture.layout;
  const bins = binsOf(picture);
  const parts = [
    text.draw(picture.title, SIDE, 38, TITLE),
    text.draw(figuresOf(picture), SIDE, 63, TEXT),
    drawLegend(picture, text),
    ...rows.map((row) => drawUnseen(row, picture, text)),
    ...rows.map((row) => drawBars(row, bins, picture.layout, text)),
    ...rows.map((row) => drawAxis(row, picture.layout, text)),
    ...ORDER.flatMap((ending) => picture.ends.filter((end) => end.ending === ending)).map((end) =>
      drawEnd(end, picture.layout),
    ),
    drawLine(`mean ${whole(picture.evaluation.meanDistance)}`, picture.evaluation.meanDistance, {
      picture,
      text,
      level: 0,
      dashes: "6 4",
    }),
    drawLine(`furthest ${whole(picture.evaluation.maxDistance)}`, picture.evaluation.maxDistance, {
      picture,
      text,
      level: 1,
      dashes: "none",
    }),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">\n${parts.join("\n")}\n</svg>\n`
  );
}

/** The line below the title. */
export function figuresOf({
  evaluation,
  isWhole,
  stageDistance,
}: Pick<MapPicture, "evaluation" | "isWhole" | "stageDistance">): string {
  const { completionInterval, completionRate, endings, episodes } = evaluation;
  const percent = (share: number): string => (100 * share).toFixed(1);
  const [low, high] = completionInterval.map(percent);
  const sure = isWhole ? "" : ` (95 % interval ${low} to ${high} %)`;
  return [
    isWhole ? `all ${episodes} possible episodes` : `${episodes} episodes`,
    `finished ${endings.completed}, ${percent(completionRate)} %${sure}`,
    `mean distance ${whole(evaluation.meanDistance)} of ${whole(stageDistance)} px`,
    `furthest ${whole(evaluation.maxDistance)}`,
  ].join("   ·   ");
}

/** What occurred, with its number. */
function drawLegend({ evaluation }: MapPicture, text: GlyphText): string {
  const parts: string[] = [];
  let x = SIDE;
  for (const ending of [...ORDER].reverse()) {
    const count = evaluation.endings[ending];
    if (count === 0) continue;
    const label = `${MARKS[ending].label} ${count}`;
    parts.push(
      `<g transform="translate(${x + 8} 87)">${MARKS[ending].svg}</g>`,
      text.draw(label, x + 22, 92, TEXT),
    );
    x += 22 + text.width(label, TEXT) + 26;
  }
  const note = `Bars: ends in each ${BIN} pixels.`;
  parts.push(text.draw(note, x, 92, { ...TEXT, color: GRAY }));
  return parts.join("\n");
}

function drawUnseen(row: MapRow, { seen, layout }: MapPicture, text: GlyphText): string {
  const label = "not seen in these episodes";
  const from = Math.max(seen, row.from);
  if (row.to - from < text.width(label, TEXT) + 20) return "";
  const x = row.left + (from + row.to) / 2 - row.from;
  const style: TextStyle = { ...TEXT, color: GRAY, anchor: "middle" };
  return text.draw(label, x, row.top + layout.stageHeight / 2 + 5, style);
}

/** Ends by place and colour. */
type Bins = readonly (readonly { readonly color: string; readonly count: number }[])[];

function binsOf({ ends, layout }: MapPicture): Bins {
  const stageEnd = layout.rows[layout.rows.length - 1].to;
  const colors = [DEATH, BLUE, GOLD];
  return Array.from({ length: Math.ceil(stageEnd / BIN) }, (_, bin) => {
    const here = ends.filter(({ x }) => Math.floor(clamp(x + 8, 0, stageEnd - 1) / BIN) === bin);
    return colors.map((color) => ({
      color,
      count: here.filter(({ ending }) => MARKS[ending].color === color).length,
    }));
  });
}

function drawBars(row: MapRow, bins: Bins, { stageHeight }: MapLayout, text: GlyphText): string {
  const totals = bins.map((parts) => parts.reduce((sum, { count }) => sum + count, 0));
  const most = Math.max(...totals);
  const room = BARS - 16;
  const bottom = row.top + stageHeight + BARS;
  const parts: string[] = [];
  for (let bin = row.from / BIN; bin * BIN < row.to; bin++) {
    const left = row.left + bin * BIN - row.from;
    let y = bottom;
    for (const { color, count } of bins[bin]) {
      const height = (count / most) * room;
      if (count === 0) continue;
      y -= height;
      parts.push(
        `<rect x="${left + 1}" y="${y.toFixed(1)}" width="${BIN - 2}" height="${height.toFixed(1)}" fill="${color}"/>`,
      );
    }
    const isPeak = totals[bin] >= Math.max(totals[bin - 1] ?? 0, totals[bin + 1] ?? 0);
    if (totals[bin] > 1 && isPeak) {
      parts.push(text.draw(String(totals[bin]), left + BIN / 2, y - 3, COUNT));
    }
  }
  return parts.join("\n");
}

function drawAxis(row: MapRow, { stageHeight }: MapLayout, text: GlyphText): string {
  const y = row.top + stageHeight + BARS;
  const parts = [
    `<path d="M${row.left} ${y + 0.5}h${row.to - row.from}" stroke="${GRAY}" stroke-width="1"/>`,
  ];
  const first = Math.ceil(row.from / TICK) * TICK;
  for (let x = first; x <= row.to; x += TICK) {
    const at = row.left + x - row.from;
    parts.push(
      `<path d="M${at} ${y}v5" stroke="${GRAY}" stroke-width="1"/>`,
      text.draw(x === 0 ? "0 px" : whole(x), at, y + 18, { ...SMALL, anchor: "middle" }),
    );
  }
  return parts.join("\n");
}

/** In the middle of the player; who fell is below the screen and is shown at its edge. */
function drawEnd({ x, y, ending }: EpisodeEnd, layout: MapLayout): string {
  const row = rowOf(x, layout);
  const inStage = ending === "fell" ? layout.stageHeight : y + 20 - STATUS_ROWS;
  const at = [
    row.left + clamp(x + 8, row.from, row.to) - row.from,
    row.top + clamp(inStage, 9, layout.stageHeight - 9),
  ];
  return `<g transform="translate(${at.join(" ")})">${MARKS[ending].svg}</g>`;
}

function drawLine(
  label: string,
  x: number,
  {
    picture,
    text,
    level,
    dashes,
  }: { picture: MapPicture; text: GlyphText; level: number; dashes: string },
): string {
  const row = rowOf(x, picture.layout);
  const at = Math.round(row.left + x - row.from);
  const y = row.top + 18 + 20 * level;
  const style: TextStyle = { size: 12.5, color: INK, bold: true };
  const width = text.width(label, style) + 10;
  const left = at + width > row.left + row.to - row.from ? at - width : at;
  const line = `M${at} ${row.top}v${picture.layout.stageHeight}`;
  return [
    `<path d="${line}" stroke="#fff" stroke-width="4" stroke-opacity="0.8"/>`,
    `<path d="${line}" stroke="${INK}" stroke-width="1.8" stroke-dasharray="${dashes}"/>`,
    `<rect x="${left}" y="${y - 14}" width="${width}" height="18" fill="#fff" fill-opacity="0.9"/>`,
    text.draw(label, left + 5, y, style),
  ].join("\n");
}

function rowOf(x: number, { rows }: MapLayout): MapRow {
  return rows.find(({ to }) => x < to) ?? rows[rows.length - 1];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
