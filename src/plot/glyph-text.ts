import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Font, Glyph } from "opentype.js";

type Anchor = "start" | "middle" | "end";

export interface TextStyle {
  /** Pixels. */
  readonly size: number;
  readonly color: string;
  readonly bold?: boolean;
  /** Which part of the text lies at x; default `start`. */
  readonly anchor?: Anchor;
}

/**
 * Text as glyph outlines of a font that we ship (Inter, SIL Open Font License). sharp draws SVG text
 * with the system's fonts: a machine without any, such as a small container, gets a row of empty
 * boxes, and any two machines get different pictures.
 */
export class GlyphText {
  private constructor(
    private readonly regular: Font,
    private readonly bold: Font,
  ) {}

  /** Loads the font and its reader, half a megabyte, hence not before a plot is drawn. */
  static async load(): Promise<GlyphText> {
    const { default: opentype } = await import("opentype.js");
    const require = createRequire(import.meta.url);
    const font = (path: string): Font => opentype.parse(new Uint8Array(readFileSync(path)).buffer);
    return new GlyphText(
      font(require.resolve("@fontsource/inter/files/inter-latin-400-normal.woff")),
      font(require.resolve("@fontsource/inter/files/inter-latin-600-normal.woff")),
    );
  }

  /** Pixels. */
  width(text: string, style: TextStyle): number {
    const font = this.font(style);
    const units = glyphsOf(text, font).reduce((sum, { advanceWidth }) => sum + advanceWidth, 0);
    return (units * style.size) / font.unitsPerEm;
  }

  /** @returns an SVG element; y is the baseline. Characters that the font lacks are left to the system. */
  draw(text: string, x: number, y: number, style: TextStyle): string {
    const { size, color, anchor = "start" } = style;
    const font = this.font(style);
    const glyphs = glyphsOf(text, font);
    if (glyphs.some(({ index }) => index === 0)) return systemText(text, x, y, style);
    const share = { start: 0, middle: 0.5, end: 1 }[anchor];
    let pen = x - share * this.width(text, style);
    let data = "";
    for (const glyph of glyphs) {
      data += glyph.getPath(pen, y, size).toPathData(2);
      pen += (glyph.advanceWidth * size) / font.unitsPerEm;
    }
    return `<path d="${data}" fill="${color}"/>`;
  }

  private font({ bold }: TextStyle): Font {
    return bold === true ? this.bold : this.regular;
  }
}

/** One after the other: opentype.js's own layout stops at lookups of this font that it lacks. */
function glyphsOf(text: string, font: Font): Glyph[] {
  return Array.from(text, (character) => font.charToGlyph(character));
}

function systemText(text: string, x: number, y: number, style: TextStyle): string {
  return (
    `<text x="${x}" y="${y}" font-size="${style.size}" ` +
    `font-weight="${style.bold === true ? 600 : 400}" fill="${style.color}" ` +
    `text-anchor="${style.anchor ?? "start"}" ` +
    `font-family="Inter, Noto Sans, DejaVu Sans, sans-serif">${escapeXml(text)}</text>`
  );
}

/** Labels come from the command line; XML allows no control characters. */
function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/\p{Cc}/gu, " ").replace(/[&<>"]/g, (character) => entities[character]);
}
