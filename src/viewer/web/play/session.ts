import type { Run } from "./runs.js";

/** What the server says of the play: the same as `src/cli/play/run.ts` writes. */
export interface Session {
  /** Name of the ROM file. */
  readonly rom: string;
  readonly stage?: string;
  /** File name to which the play is recorded. */
  readonly record?: string;
  /** The program that records it, to be named in what is sent. */
  readonly program?: string;
  /** A recording to be shown. */
  readonly replay?: {
    readonly name: string;
    readonly inputs: readonly Run[];
    readonly end?: { readonly ram: string; readonly picture: string };
  };
}

export async function loadSession(): Promise<{ session: Session; rom: Uint8Array }> {
  const load = async (name: string): Promise<Response> => {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response;
  };
  const [session, rom] = await Promise.all([load("session.json"), load("cartridge.nes")]);
  return {
    session: (await session.json()) as Session,
    rom: new Uint8Array(await rom.arrayBuffer()),
  };
}
