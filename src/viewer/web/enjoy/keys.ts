import { Button } from "../../../nes/hardware.js";

/** By the key's place on the keyboard, so that every layout has them side by side. */
const HELD: Readonly<Record<string, number>> = {
  ArrowUp: Button.up,
  ArrowDown: Button.down,
  ArrowLeft: Button.left,
  ArrowRight: Button.right,
  KeyX: Button.a,
  KeyZ: Button.b,
  // What a German keyboard has Z written on.
  KeyY: Button.b,
};

/** Keys held are buttons held; other keys are commands, by what is written on them. */
export function listenToKeys(
  onButtons: (buttons: number) => void,
  commands: Readonly<Record<string, () => void>>,
): void {
  let held = 0;
  const change = (buttons: number): void => {
    if (buttons === held) return;
    held = buttons;
    onButtons(held);
  };
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event)) return;
    const button = HELD[event.code];
    if (button) {
      event.preventDefault();
      change(held | button);
      return;
    }
    const command = Object.hasOwn(commands, event.key.toLowerCase())
      ? commands[event.key.toLowerCase()]
      : undefined;
    if (command === undefined || event.repeat) return;
    event.preventDefault();
    command();
  });
  window.addEventListener("keyup", (event) => {
    const button = HELD[event.code];
    if (button) change(held & ~button);
  });
  // A key let go in another window is never heard of.
  window.addEventListener("blur", () => {
    change(0);
  });
}

/** Typing into something, or operating a button with the space bar. */
function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog[open], input, select, textarea")) return true;
  return target.closest("button") !== null && (key === " " || key === "Enter");
}
