/**
 * Whole delays in ms that never drift: each is the difference of two rounded moments.
 * @param pictureMs how long each picture should be seen
 * @param unitMs what the format counts in: 1 for WebP, 10 for GIF
 * @param first the number of the first of these pictures in the film
 */
export function delays(pictures: number, pictureMs: number, unitMs: number, first = 0): number[] {
  const moment = (i: number) => Math.round((i * pictureMs) / unitMs) * unitMs;
  return Array.from({ length: pictures }, (_, i) => moment(first + i + 1) - moment(first + i));
}
