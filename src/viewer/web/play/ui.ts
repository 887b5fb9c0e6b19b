import { FRAME_RATE } from "../../../nes/hardware.js";

/** @throws Error when index.html has no such element. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}.`);
  return found;
}

/**
 * A button of the page; with `action`, wired to it and to a key.
 * @param code `KeyboardEvent.code`.
 */
export function button(id: string, action?: () => void, code?: string): HTMLButtonElement {
  const found = element(id) as HTMLButtonElement;
  if (action !== undefined) {
    found.addEventListener("click", (event) => {
      action();
      // After the mouse, Enter is the game's again; after the keyboard, Tab goes on from here.
      if (event.detail > 0) element("screen").focus();
    });
  }
  if (action !== undefined && code !== undefined) onShortcut(code, action);
  return found;
}

/** A key of the page, not of the game. */
export function onShortcut(code: string, action: () => void): void {
  document.addEventListener("keydown", (event) => {
    if (event.code !== code || event.ctrlKey || event.metaKey || event.altKey) return;
    // Only stepping repeats while the key is held.
    if (event.repeat && code !== "Period") return;
    event.preventDefault();
    action();
  });
}

/** How long a question waits for its second press, ms. */
const ASK_MS = 2500;
const AGAIN = "Press again to start over.";

/** What cannot be undone is done when it is asked for twice. */
export function twice(asker: HTMLElement, question: string, action: () => void): () => void {
  const label = asker.querySelector("span")!;
  const text = label.textContent;
  const line = element("message");
  let before = "";
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const calm = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
    label.textContent = text;
    // Unless something else was said meanwhile.
    if (line.textContent === AGAIN) say(before);
  };
  return () => {
    if (waiting !== undefined) {
      calm();
      action();
      return;
    }
    label.textContent = question;
    before = line.textContent;
    say(AGAIN);
    waiting = setTimeout(calm, ASK_MS);
  };
}

/** A line for the person, until the next one. */
export function say(line: string): void {
  element("message").textContent = line;
}

/** A switch that the browser remembers, where it may. */
export function remembered(name: string): { get(): boolean; set(value: boolean): void } {
  const key = `mario-play-${name}`;
  let value = false;
  try {
    value = localStorage.getItem(key) === "1";
  } catch {
    // Storage is switched off: remembered until the page is closed.
  }
  return {
    get: () => value,
    set: (next) => {
      value = next;
      try {
        localStorage.setItem(key, next ? "1" : "0");
      } catch {
        // As above.
      }
    },
  };
}

/** Frames as minutes and seconds: 1:05. */
export function time(frames: number): string {
  const seconds = Math.floor(frames / FRAME_RATE);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
