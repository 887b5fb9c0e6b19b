/** Whether a person asked to stop; the first request is granted in peace, a second one at once. */
export interface Interrupt {
  requested(): boolean;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param onRequest called at the first signal, e.g. to say what happens now. */
export function watchForInterrupt(onRequest: () => void = () => undefined): Interrupt {
  let requested = false;
  const listener = (): void => {
    if (requested) process.exit(130);
    requested = true;
    onRequest();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    requested: () => requested,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
