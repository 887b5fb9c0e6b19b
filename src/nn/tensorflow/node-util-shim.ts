import util from "node:util";

/**
 * `@tensorflow/tfjs-node` calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed.
 * Puts back what is missing and nothing else.
 * @param target the module object to complete, Node's own by default
 */
export function restoreRemovedUtil(target: object = util): void {
  const removed: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: (value) => Array.isArray(value),
  };
  for (const [name, implementation] of Object.entries(removed)) {
    if (!(name in target)) {
      Object.defineProperty(target, name, { value: implementation, configurable: true });
    }
  }
}
