import { Button } from "../../../nes/hardware.js";
import { BUTTON_NAMES } from "./buttons.js";
import { Game } from "./game.js";
import { HeldButtons } from "./held-buttons.js";
import { place, type Shape } from "./layout.js";
import { RunPlayer } from "./runs.js";
import { loadSession, type Session } from "./session.js";
import { Uplink } from "./uplink.js";
import { button, element, onShortcut, remembered, say, time, twice } from "./ui.js";

try {
  const { session, rom } = await loadSession();
  open(session, rom);
} catch (error) {
  element("begin").hidden = true;
  element("cover-text").textContent =
    error instanceof Error ? error.message : "The game could not be loaded.";
}

/** Puts the page together and waits for the person to begin. */
function open(session: Session, rom: Uint8Array): void {
  const held = new HeldButtons();
  let film = openFilm(session);
  const screen = element("screen");
  const game = new Game({
    container: screen,
    rom,
    stage: session.stage,
    buttons: () => (film === undefined ? held.read() : film.next()),
    onFrame: (buttons) => {
      uplink.push(buttons);
      light(buttons);
      if (film !== undefined) showTime(film);
      else if (game.frames % 15 === 0) showRecording(session, game.frames);
    },
    onEnd: (error) => {
      const verdict = error === undefined ? verdictOn(session, game) : "The game crashed.";
      pauseGame();
      showCover(film === undefined ? "Start over" : "Again", verdict);
      over = true;
    },
  });
  const uplink = openUplink(session, game, pauseGame);
  let over = false;

  function beginOrResume(): void {
    if (over) startOver();
    element("cover").hidden = true;
    over = false;
    screen.focus();
    held.release();
    game.resume();
    showPaused(false);
  }
  function pauseGame(): void {
    game.pause();
    uplink.flush();
    light(0);
    showRecording(session, game.frames);
    showPaused(true);
  }
  function togglePause(): void {
    if (!game.running) beginOrResume();
    else {
      pauseGame();
      showCover("Resume", "");
    }
  }
  function startOver(): void {
    uplink.flush();
    game.reset();
    uplink.restart();
    film = openFilm(session);
    over = false;
    showRecording(session, 0);
  }
  function step(): void {
    if (game.running || over) return;
    element("cover").hidden = true;
    game.step();
    uplink.flush();
  }

  button("begin", beginOrResume);
  button("pause", togglePause, "KeyP");
  button("step", step, "Period");
  button("reset", twice(element("reset"), "Sure?", startOver), "KeyR");
  setUpSound(game);
  setUpPicture(game);
  onShortcut("Escape", () => {
    screen.focus();
  });
  held.addCross(element("cross"));
  held.addButtons(element("middle"));
  held.addButtons(element("actions"));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && game.running) togglePause();
  });
  showCover(session.replay === undefined ? "Play" : "Watch", "");
  button("begin").disabled = false;
  button("begin").focus();
}

function openFilm(session: Session): RunPlayer | undefined {
  const { rom, stage, replay } = session;
  element("name").textContent = rom.replace(/\.nes$/i, "");
  element("kind").textContent = [stage, replay && `replay of ${replay.name}`]
    .filter((part) => part !== undefined)
    .join(" · ");
  document.title = `${rom} · mario play`;
  if (replay === undefined) return undefined;
  const film = new RunPlayer(replay.inputs);
  element("film").hidden = false;
  showTime(film);
  return film;
}

function openUplink(session: Session, game: Game, pauseGame: () => void): Uplink {
  const { record } = session;
  element("recording").hidden = record === undefined;
  showRecording(session, 0);
  let wasOpen = false;
  let hasEnded = false;
  // For good: what was played meanwhile would be missing.
  let isRefused = false;
  return new Uplink({
    program: session.program,
    end: () => game.end(),
    onState: (state) => {
      element("recording").classList.toggle("live", state === "open");
      if (state === "open") {
        wasOpen = true;
        hasEnded = false;
        if (!isRefused) say("");
      }
      if (state === "lost" && wasOpen) {
        wasOpen = false;
        say(lossOf(hasEnded, record !== undefined && !isRefused));
      }
    },
    onRefused: (reason) => {
      isRefused = true;
      element("recording").hidden = true;
      say(reason);
    },
    onSaved: (problem) => {
      // Another page's recording is none of this one's business.
      if (isRefused) return;
      element("recording").classList.toggle("live", problem === undefined);
      say(problem ?? "The recording is saved again.");
    },
    onStop: () => {
      hasEnded = true;
      if (!game.running) return;
      pauseGame();
      showCover("Resume", "");
    },
  });
}

/** What to say when the connection is gone; a phone that was locked has lost it, too. */
function lossOf(hasEnded: boolean, isRecorded: boolean): string {
  if (hasEnded) {
    return isRecorded
      ? "mario has ended; nothing is being recorded any more."
      : "mario has ended. You can play on.";
  }
  return isRecorded
    ? "The connection to mario is lost. What you play is recorded once it is back."
    : "The connection to mario is lost. You can play on.";
}

/** Says after a replay whether it ended as the recording did. */
function verdictOn(session: Session, game: Game): string {
  const recorded = session.replay?.end;
  if (recorded === undefined) return "End of the recording.";
  const { ram, picture } = game.end();
  return ram === recorded.ram && picture === recorded.picture
    ? "End of the replay: memory and picture match the recording."
    : "End of the replay: it does not match the recording. The file was altered, or made with another emulator.";
}

function setUpSound(game: Game): void {
  const muted = remembered("muted");
  const show = (): void => {
    game.muted = muted.get();
    element("sound").setAttribute("aria-pressed", String(!muted.get()));
  };
  const toggle = (): void => {
    muted.set(!muted.get());
    show();
  };
  button("sound", toggle, "KeyM");
  show();
}

function setUpPicture(game: Game): void {
  const tv = remembered("tv");
  const { canvas } = game;
  const screen = canvas.parentElement!;
  canvas.style.imageRendering = "pixelated";
  const arrange = (): void => {
    const shape: Shape = tv.get() ? "tv" : "pixels";
    const box = place(screen.getBoundingClientRect(), devicePixelRatio, shape);
    for (const side of ["left", "top", "width", "height"] as const) {
      canvas.style[side] = `${box[side]}px`;
    }
    element("shape").setAttribute("aria-pressed", String(tv.get()));
    element("full").setAttribute("aria-pressed", String(document.fullscreenElement !== null));
  };
  button(
    "shape",
    () => {
      tv.set(!tv.get());
      arrange();
    },
    "KeyT",
  );
  const main = element("main");
  const toggleFull = (): void => {
    // A phone's browser may have no such thing, or refuse.
    const change =
      document.fullscreenElement === null ? main.requestFullscreen() : document.exitFullscreen();
    change.catch(() => undefined);
  };
  button("full", toggleFull, "KeyF");
  element("full").hidden = !document.fullscreenEnabled;
  new ResizeObserver(arrange).observe(screen);
  document.addEventListener("fullscreenchange", arrange);
  window.addEventListener("resize", arrange);
  arrange();
}

function showCover(text: string, below: string): void {
  element("begin-text").textContent = text;
  element("cover-text").textContent = below;
  element("cover").hidden = false;
}

function showPaused(paused: boolean): void {
  element("pause").setAttribute("aria-pressed", String(paused));
  button("step").disabled = !paused;
}

function showTime(film: RunPlayer): void {
  element("time").textContent = `${time(film.frame)} / ${time(film.frames)}`;
  element("progress").setAttribute("value", String(film.frame / Math.max(1, film.frames)));
}

function showRecording({ record }: Session, frames: number): void {
  if (record === undefined) return;
  const shown = element("recording-text");
  shown.textContent = `${record} ${time(frames)}`;
  shown.dataset["frames"] = String(frames);
}

/** Shows on the drawn controller what is pressed. */
function light(buttons: number): void {
  for (const drawn of document.querySelectorAll<HTMLElement>("[data-button]")) {
    const name = BUTTON_NAMES.find((one) => one === drawn.dataset["button"]);
    drawn.classList.toggle("on", name !== undefined && (buttons & Button[name]) !== 0);
  }
}
