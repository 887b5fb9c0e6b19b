// Reads themes.txt: the colours and the tune of each kind of stage.
import { byteLines, hex } from "./assembly.mjs";
import { fieldLines } from "./blocks.mjs";
import { SourceError } from "./pictures.mjs";

const PALETTES = 4;
const SHADES = 8;

/** @returns {{name: string, tune: string, background: number[][], sprites: number[][], shimmer: number, shades: number[]}[]} */
export function readThemes(text) {
  const themes = [];
  let theme = null;
  const colours = (fields, count, number) => {
    if (fields.length !== count || fields.some((f) => !/^[0-3][0-9A-F]$/.test(f)))
      throw new SourceError(`themes.txt:${number}: expected ${count} colours from 00 to 3F`);
    return fields.map((f) => parseInt(f, 16));
  };
  for (const { fields, number } of fieldLines(text)) {
    const [key, ...values] = fields;
    if (key === "theme") {
      theme = { name: values[0], tune: "TRAIL", background: [], sprites: [], shimmer: 0 };
      theme.shades = Array.from({ length: SHADES }, () => 0);
      themes.push(theme);
    } else if (!theme) {
      throw new SourceError(`themes.txt:${number}: expected "theme NAME" first`);
    } else if (key === "tune") {
      theme.tune = values[0].toUpperCase();
    } else if (key === "backdrop") {
      [theme.backdrop] = colours(values, 1, number);
    } else if (key === "background" || key === "sprites") {
      theme[key].push(colours(values, 3, number));
    } else if (key === "shimmer") {
      const [palette, colour, ...shades] = values;
      theme.shimmer = Number(palette) * 4 + Number(colour);
      theme.shades = colours(shades, SHADES, number);
    } else {
      throw new SourceError(`themes.txt:${number}: no setting is called "${key}"`);
    }
  }
  for (const { name, backdrop, background, sprites } of themes) {
    if (backdrop === undefined || background.length !== PALETTES || sprites.length !== PALETTES)
      throw new SourceError(
        `themes.txt: "${name}" needs a backdrop and ${PALETTES} palettes of each kind`,
      );
  }
  return themes;
}

export function themeTables(themes) {
  const palettes = themes.map(({ backdrop, background, sprites }) =>
    byteLines([...background, ...sprites].flatMap((palette) => [backdrop, ...palette])),
  );
  const list = (values) => values.join(",");
  return [
    "theme_palettes:",
    ...palettes,
    `theme_tune: .byte ${list(themes.map((t) => `TUNE_${t.tune}`))}`,
    `theme_shimmer: .byte ${list(themes.map((t) => hex(t.shimmer)))}`,
    "theme_shades:",
    ...themes.map((t) => byteLines(t.shades)),
    "",
  ].join("\n");
}
