import type { BestFilmEntry, LiveEpisode } from "../../protocol/protocol.js";
import { byId, make, whole } from "../shared/dom.js";
import { decodePicture, type DecodedPicture } from "../shared/picture.js";
import { PixelCanvas } from "../shared/pixel-canvas.js";
import { FilmReel } from "./film-reel.js";

/** Films are counted from 1. */
const NO_FILM = 0;

/** Screens of the environments of a live run, and the film of its best episode. */
export class LivePanel {
  readonly #screens = new Map<number, PixelCanvas>();
  readonly #film = new FilmReel<DecodedPicture>({
    decode: decodePicture,
    onFirst: (picture) => {
      this.#showFilm(picture);
    },
  });
  #filmCanvas: PixelCanvas | undefined;
  #best: BestFilmEntry | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = 0;

  /** What an environment shows now: the newest frame of its observation. */
  screen(picture: DecodedPicture): void {
    const { source, width, height } = picture.header;
    let canvas = this.#screens.get(source);
    if (!canvas) {
      const element = make("canvas", { "aria-label": `Environment ${source + 1}` });
      canvas = new PixelCanvas(element, width, height);
      element.style.aspectRatio = String(width / height);
      this.#screens.set(source, canvas);
      byId("screens").append(element);
      byId("live").hidden = false;
    }
    canvas.draw(picture);
  }

  /** Takes everything away: what there is comes again, perhaps from another program. */
  clear(): void {
    this.#screens.clear();
    byId("screens").replaceChildren();
    clearTimeout(this.#timer);
    this.#film.begin(NO_FILM);
    byId("best").hidden = true;
    byId("best-text").textContent = "";
    byId("last-episode").textContent = "";
  }

  episode({ environment, step, distance, completed, restarted }: LiveEpisode): void {
    byId("live").hidden = false;
    const reached = completed ? "finished the stage" : `${whole(distance)} px`;
    byId("last-episode").textContent =
      `environment ${environment + 1}: ${reached}${restarted ? " (practice)" : ""} at step ${whole(step)}`;
  }

  /** A new best; its pictures follow when they are asked for. */
  best(entry: BestFilmEntry): void {
    this.#best = entry;
    this.#film.begin(entry.film);
    this.#at = 0;
    clearTimeout(this.#timer);
    byId("best-text").textContent =
      `${whole(entry.distance)} px, reward ${whole(entry.reward)}, at step ${whole(entry.step)}`;
  }

  filmPicture(bytes: Uint8Array<ArrayBuffer>): void {
    this.#film.push(bytes);
  }

  #showFilm(picture: DecodedPicture): void {
    const element = byId("film", HTMLCanvasElement);
    const { width, height } = picture.header;
    this.#filmCanvas = new PixelCanvas(element, width, height);
    element.style.aspectRatio = String(width / height);
    byId("best").hidden = false;
    byId("live").hidden = false;
    this.#play();
  }

  #play(): void {
    const { pictures } = this.#film;
    this.#filmCanvas?.draw(pictures[this.#at % pictures.length]);
    this.#at = (this.#at + 1) % pictures.length;
    // Its end is worth a look.
    const rest = this.#at === 0 ? 1000 : 0;
    this.#timer = setTimeout(
      () => {
        this.#play();
      },
      (this.#best?.pictureMs ?? 66) + rest,
    );
  }
}
