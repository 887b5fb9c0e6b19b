/** A hand-drawn font, 3 × 5 pixels. Each digit is one row of three pixels as bits, 4 at the left. */
const GLYPHS: Readonly<Record<string, string>> = {
  "0": "75557",
  "1": "26227",
  "2": "71747",
  "3": "71317",
  "4": "55711",
  "5": "74717",
  "6": "74757",
  "7": "71122",
  "8": "75757",
  "9": "75717",
  "-": "00700",
  ".": "00002",
  A: "25755",
  B: "65656",
  Q: "25573",
  "↑": "27222",
  "↓": "22272",
  "←": "12421",
  "→": "42124",
};

/** Pixels from one character to the next. */
export const CHARACTER_WIDTH = 4;

/** Calls back for every pixel of a text in one line, from its top left; unknown characters are blank. */
export function eachTextPixel(text: string, draw: (x: number, y: number) => void): void {
  Array.from(text).forEach((character, i) => {
    Array.from(GLYPHS[character] ?? "", Number).forEach((row, y) => {
      for (let x = 0; x < 3; x++) if ((row & (4 >> x)) !== 0) draw(i * CHARACTER_WIDTH + x, y);
    });
  });
}
