const KEY = "mario-theme";

/** Light or dark: as the system has it, or as the person chose with the button. */
export function followTheme(button: HTMLElement, onChange: () => void): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const stored = read();
  if (stored !== null) root.dataset["theme"] = stored;
  system.addEventListener("change", onChange);
  button.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    // Back to what the system says: then follow it again.
    if ((next === "dark") === system.matches) delete root.dataset["theme"];
    else root.dataset["theme"] = next;
    write(root.dataset["theme"]);
    onChange();
  });
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === undefined
    ? matchMedia("(prefers-color-scheme: dark)").matches
    : chosen === "dark";
}

/** A colour of the style sheet. @param name e.g. `--accent`. */
export function cssColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Some browsers forbid storage, by their settings.
function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function write(theme: string | undefined): void {
  try {
    if (theme === undefined) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It holds until the page is closed.
  }
}
