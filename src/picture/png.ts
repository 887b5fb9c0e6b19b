import { checkScale, loadSharp } from "./load-sharp.js";
import { drawRgb, type Picture } from "./picture.js";

/**
 * Lossless PNG of one picture, enlarged by whole pixels.
 * @param scale 1 to 16.
 * @throws MarioError INVALID_OPTION.
 */
export async function encodePng(picture: Picture, scale = 1): Promise<Uint8Array> {
  checkScale(scale);
  const sharp = await loadSharp();
  const width = picture.width * scale;
  const height = picture.height * scale;
  const rgb = new Uint8Array(3 * width * height);
  drawRgb(picture, scale, rgb, 0, width);
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
