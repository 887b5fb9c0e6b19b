import { decodeEvent, type LogEvent } from "./event-encoding.js";
import { readRecords, type Records } from "./record-framing.js";

interface ScalarPoint {
  /** Environment steps (decisions). */
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** A float32. */
  readonly value: number;
}

export interface EventFileContents {
  /** In the order written. */
  readonly events: readonly LogEvent[];
  /** Points by tag, each in the order written. */
  readonly scalars: ReadonlyMap<string, readonly ScalarPoint[]>;
  /** Markdown by tag; the last one written. */
  readonly texts: ReadonlyMap<string, string>;
  /** See {@link Records}; what came before the damage is returned all the same. */
  readonly damage: Records["damage"];
}

/**
 * Reads an event file; a last record cut short is left out. A record with a good checksum that is
 * no event counts as corrupt, and reading stops there.
 */
export function readEventFile(bytes: Uint8Array): EventFileContents {
  const { records, damage } = readRecords(bytes);
  const events: LogEvent[] = [];
  for (const record of records) {
    try {
      events.push(...decodeEvent(record));
    } catch {
      return { events, ...gather(events), damage: "corrupt" };
    }
  }
  return { events, ...gather(events), damage };
}

/** Events of one run, from one file or from several in the order of their names. */
export function gather(events: readonly LogEvent[]): Pick<EventFileContents, "scalars" | "texts"> {
  const scalars = new Map<string, ScalarPoint[]>();
  const texts = new Map<string, string>();
  for (const { content, step, wallTime } of events) {
    if (content.kind === "scalar") {
      const points = scalars.get(content.tag) ?? [];
      points.push({ step, wallTime, value: content.value });
      scalars.set(content.tag, points);
    } else if (content.kind === "text") texts.set(content.tag, content.markdown);
    else if (content.kind === "sessionStart") dropFrom(scalars, step);
  }
  return { scalars, texts };
}

/** A run that was killed and resumed does these steps again; TensorBoard drops them likewise. */
function dropFrom(scalars: Map<string, ScalarPoint[]>, step: number): void {
  for (const [tag, points] of scalars) {
    scalars.set(
      tag,
      points.filter((point) => point.step < step),
    );
  }
}
