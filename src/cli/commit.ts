import { readFileSync } from "node:fs";
import { join } from "node:path";

const HASH = /^[0-9a-f]{40}$/;

/**
 * Commit that a clone has checked out, by git's own files; says nothing of changes on top of it.
 * @param root folder of the clone
 * @returns undefined where it is no clone
 */
export function commitOf(root: string): string | undefined {
  const git = join(root, ".git");
  const head = textOf(join(git, "HEAD"));
  if (head === undefined || HASH.test(head)) return head;
  const ref = /^ref: (\S+)$/.exec(head)?.[1];
  if (ref === undefined) return undefined;
  const loose = textOf(join(git, ref));
  if (loose !== undefined && HASH.test(loose)) return loose;
  const packed = textOf(join(git, "packed-refs"))
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(" ")[0];
  return packed !== undefined && HASH.test(packed) ? packed : undefined;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
