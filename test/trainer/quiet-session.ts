import { TrainSession, type TrainSessionOptions } from "../../src/trainer/train-session.js";

/** The books of a run that saves no models, and what they logged: tag, value, step. */
export function quietSession(changes: Partial<TrainSessionOptions> = {}) {
  const scalars: [tag: string, value: number, step: number][] = [];
  const session = new TrainSession({
    sink: {
      scalar: (...row) => scalars.push(row),
      text: () => undefined,
      flush: () => undefined,
      close: () => undefined,
    },
    best: {
      offer: () => undefined,
      retry: () => undefined,
      getState: () => undefined,
      setState: () => undefined,
    } as never,
    modelAfter: () => {
      throw new Error("nothing is saved here");
    },
    epsilonAt: () => 0,
    now: () => 0,
    shouldStop: () => false,
    ...changes,
  });
  return { session, scalars };
}
