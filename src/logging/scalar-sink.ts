/** Where a run's figures go: an event file, a web page, a progress line. */
export interface ScalarSink {
  /**
   * @param tag what was measured; the project's own are in `tags.ts`
   * @param value any float; kept as float32 by event files, NaN and infinities included
   * @param step environment steps (decisions) so far, a non-negative integer
   */
  scalar(tag: string, value: number, step: number): void;
  /** A note for people, e.g. the settings of the run, as Markdown. */
  text(tag: string, markdown: string, step: number): void;
  /** Hands everything on that is still buffered. */
  flush(): void;
  /** Flushes and releases; calling it again does nothing. */
  close(): void;
}

/**
 * One sink that feeds several, in the order given. Every sink is told even if an earlier one fails;
 * then the first failure is thrown.
 */
export function combine(...sinks: readonly ScalarSink[]): ScalarSink {
  const each = (tell: (sink: ScalarSink) => void): void => {
    const failures: unknown[] = [];
    for (const sink of sinks) {
      try {
        tell(sink);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    scalar: (tag, value, step) => {
      each((sink) => {
        sink.scalar(tag, value, step);
      });
    },
    text: (tag, markdown, step) => {
      each((sink) => {
        sink.text(tag, markdown, step);
      });
    },
    flush: () => {
      each((sink) => {
        sink.flush();
      });
    },
    close: () => {
      each((sink) => {
        sink.close();
      });
    },
  };
}
