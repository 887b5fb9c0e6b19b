/** The few parts of opentype.js 2 that we use; the package brings no types. */
declare module "opentype.js" {
  export interface Path {
    /** SVG path data. */
    toPathData(decimalPlaces: number): string;
  }
  export interface Glyph {
    /** 0 for the box that stands for a character which the font lacks. */
    readonly index: number;
    /** Font units. */
    readonly advanceWidth: number;
    /** @param y the baseline */
    getPath(x: number, y: number, fontSize: number): Path;
  }
  export interface Font {
    readonly unitsPerEm: number;
    charToGlyph(character: string): Glyph;
  }
  const opentype: { parse(font: ArrayBuffer): Font };
  export default opentype;
}
