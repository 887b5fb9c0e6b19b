/** See record.mjs. */
export function misfitOf(folder: string, name: string): string | undefined;
