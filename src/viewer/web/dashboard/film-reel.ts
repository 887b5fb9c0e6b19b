import { filmSource, readPictureHeader } from "../../protocol/protocol.js";

export interface FilmReelOptions<Picture> {
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => Promise<Picture>;
  /** Called with the first picture of each film. */
  readonly onFirst: (picture: Picture) => void;
}

/** The pictures of the newest film, in their order. All count, and they come one at a time. */
export class FilmReel<Picture> {
  readonly #options: FilmReelOptions<Picture>;
  #film = 0;
  #pictures: Picture[] = [];
  #decoded = Promise.resolve();

  constructor(options: FilmReelOptions<Picture>) {
    this.#options = options;
  }

  get pictures(): readonly Picture[] {
    return this.#pictures;
  }

  /** Another film, or the same one again; what is still being decoded of the one before is dropped. */
  begin(film: number): void {
    this.#film = film;
    this.#pictures = [];
  }

  /** @param bytes a message with a picture of a film, dropped if it is another one's. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    if (readPictureHeader(bytes).source !== filmSource(this.#film)) return;
    const pictures = this.#pictures;
    this.#decoded = this.#decoded.then(async () => {
      if (pictures !== this.#pictures) return;
      const picture = await this.#options.decode(bytes);
      if (pictures !== this.#pictures) return;
      pictures.push(picture);
      if (pictures.length === 1) this.#options.onFirst(picture);
    });
  }
}
