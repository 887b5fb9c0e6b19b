import { z } from "zod";
import type { DashboardCommand, EnjoyCommand, ViewerMessage } from "./protocol.js";

/*
 * What pages send is checked like anything that comes from outside: whoever may open the page may
 * send anything.
 */
const index = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const viewer = [
  z.strictObject({ t: z.literal("seen"), n: index }),
  z.strictObject({ t: z.literal("visible"), on: z.boolean() }),
  z.strictObject({ t: z.literal("want"), what: z.enum(["stack", "saliency"]), on: z.boolean() }),
] as const;

const enjoy = z.discriminatedUnion("t", [
  ...viewer,
  z.strictObject({ t: z.literal("pause"), on: z.boolean() }),
  z.strictObject({ t: z.literal("step") }),
  z.strictObject({
    t: z.literal("speed"),
    value: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(0)]),
  }),
  z.strictObject({ t: z.literal("keys"), buttons: z.number().int().min(0).max(255) }),
  z.strictObject({ t: z.literal("replay"), id: index }),
  z.strictObject({ t: z.literal("live") }),
]);

const dashboard = z.discriminatedUnion("t", [
  ...viewer,
  z.strictObject({ t: z.literal("follow"), runs: z.array(z.string().max(1024)).max(100) }),
  z.strictObject({ t: z.literal("film"), film: index }),
]);

/** @returns undefined for what no page of ours sends. */
export function parseEnjoyCommand(text: string): ViewerMessage | EnjoyCommand | undefined {
  return enjoy.safeParse(parseJson(text)).data;
}

/** @returns undefined for what no page of ours sends. */
export function parseDashboardCommand(text: string): ViewerMessage | DashboardCommand | undefined {
  return dashboard.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
