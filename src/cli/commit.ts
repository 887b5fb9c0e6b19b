import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const HASH = /^[0-9a-f]{40}$/;

/**
 * Commit that a clone or one of its worktrees has checked out, by git's own files; says nothing of
 * changes on top of it.
 * @param root its folder
 * @returns undefined where it is no clone
 */
export function commitOf(root: string): string | undefined {
  const git = gitFolder(root);
  const head = textOf(join(git, "HEAD"));
  if (head === undefined || HASH.test(head)) return head;
  const ref = /^ref: (\S+)$/.exec(head)?.[1];
  if (ref === undefined) return undefined;
  // A worktree has its own HEAD and shares everything else (gitrepository-layout, commondir).
  const shared = resolve(git, textOf(join(git, "commondir")) ?? ".");
  const loose = textOf(join(shared, ref));
  if (loose !== undefined && HASH.test(loose)) return loose;
  const packed = textOf(join(shared, "packed-refs"))
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(" ")[0];
  return packed !== undefined && HASH.test(packed) ? packed : undefined;
}

/** A worktree and a submodule have a file there that names the folder. */
function gitFolder(root: string): string {
  const git = join(root, ".git");
  const named = /^gitdir: (.+)$/.exec(textOf(git) ?? "")?.[1];
  return named === undefined ? git : resolve(root, named);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
