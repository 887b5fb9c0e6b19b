import sharp from "sharp";
import { expect, it } from "vitest";
import { nesPicture } from "../../src/picture/picture.js";
import { encodePng } from "../../src/picture/png.js";
import { testScreen } from "./test-picture.js";

it("writes every pixel as a block of scale × scale", async () => {
  const screen = testScreen(1);
  const png = await encodePng(nesPicture(screen), 3);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 768, height: 720, channels: 3 });
  let wrong = 0;
  for (let y = 0; y < 720; y++) {
    for (let x = 0; x < 768; x++) {
      const at = 3 * (y * 768 + x);
      const rgb = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      if (rgb !== screen[Math.floor(y / 3) * 256 + Math.floor(x / 3)]) wrong++;
    }
  }
  expect(wrong).toBe(0);
});

it("draws pictures of other sizes", async () => {
  const picture = { width: 2, height: 1, pixels: Uint32Array.of(0x112233, 0xffeedd) };
  const raw = await sharp(await encodePng(picture))
    .raw()
    .toBuffer();
  expect(Array.from(raw)).toEqual([0x11, 0x22, 0x33, 0xff, 0xee, 0xdd]);
});

it("refuses an enlargement that is not a small whole number", async () => {
  await expect(encodePng(nesPicture(testScreen(0)), 0)).rejects.toMatchObject({
    code: "INVALID_OPTION",
  });
});
