import { expect, it } from "vitest";
import { encodePicture } from "../../../../src/viewer/protocol/frame-encoding.js";
import {
  filmSource,
  PictureKind,
  readPictureHeader,
} from "../../../../src/viewer/protocol/protocol.js";
import { FilmReel } from "../../../../src/viewer/web/dashboard/film-reel.js";

const WIDTH = 4;

/** Told apart by its height. */
function picture(film: number, height: number): Uint8Array<ArrayBuffer> {
  const header = {
    kind: PictureKind.film,
    source: filmSource(film),
    width: WIDTH,
    height,
    left: -1,
  };
  const indices = new Uint8Array(WIDTH * height);
  return new Uint8Array(encodePicture(header, { indices, palette: new Uint8Array() }));
}

/** A reel whose pictures are decoded when told to. */
function open() {
  const waiting: (() => void)[] = [];
  const firsts: number[] = [];
  const reel = new FilmReel<number>({
    decode: (bytes) =>
      new Promise((resolve) => {
        waiting.push(() => {
          resolve(readPictureHeader(bytes).height);
        });
      }),
    onFirst: (height) => firsts.push(height),
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const decodeAll = async (): Promise<void> => {
    await turn();
    while (waiting.length > 0) {
      waiting.shift()!();
      await turn();
    }
  };
  return { reel, firsts, decodeAll, turn };
}

it("has all pictures of a film in their order", async () => {
  const { reel, firsts, decodeAll } = open();
  reel.begin(1);
  for (const height of [10, 11, 12]) reel.push(picture(1, height));
  await decodeAll();
  expect(reel.pictures).toEqual([10, 11, 12]);
  expect(firsts).toEqual([10]);
});

it("drops those of an earlier film that come late, or are still being decoded", async () => {
  const { reel, firsts, decodeAll, turn } = open();
  reel.begin(1);
  for (const height of [10, 11, 12]) reel.push(picture(1, height));
  await turn();
  reel.begin(2);
  reel.push(picture(1, 13));
  reel.push(picture(2, 20));
  reel.push(picture(1, 14));
  reel.push(picture(2, 21));
  await decodeAll();
  expect(reel.pictures).toEqual([20, 21]);
  expect(firsts).toEqual([20]);
});

it("has each picture once when a film is sent again, to a page that lost its connection", async () => {
  const { reel, firsts, decodeAll, turn } = open();
  reel.begin(300);
  for (const height of [10, 11]) reel.push(picture(300, height));
  await turn();
  reel.begin(300);
  for (const height of [10, 11]) reel.push(picture(300, height));
  await decodeAll();
  expect(reel.pictures).toEqual([10, 11]);
  expect(firsts).toEqual([10]);
});
