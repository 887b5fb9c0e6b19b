/** What the tutorial has as booleans: `--dueling`, `--nodueling`, `--dueling=True`. */
const SWITCHES = ["dueling", "prioritized"];

/**
 * Arguments in the tutorial's spelling as ours: `--exploration_fraction` as `--exploration-fraction`,
 * `--dueling=False` and `--nodueling` as `--no-dueling`. Others, and all behind `--`, stay as they are.
 */
export function tutorialSpelling(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.map((argument, i) => {
    const match = /^--([a-z][a-z0-9_]*)(=.*)?$/s.exec(argument);
    if (!match || (end >= 0 && i > end)) return argument;
    const [, name, value = ""] = match;
    return switched(name, value) ?? `--${name.replaceAll("_", "-")}${value}`;
  });
}

function switched(name: string, value: string): string | undefined {
  if (SWITCHES.includes(name)) {
    if (/^=(true|1)$/i.test(value)) return `--${name}`;
    if (/^=(false|0)$/i.test(value)) return `--no-${name}`;
  }
  return value === "" && SWITCHES.some((one) => name === `no${one}`)
    ? `--no-${name.slice("no".length)}`
    : undefined;
}
