import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { HistogramBucket } from "./histogram.js";
import {
  nested,
  writeHistogram,
  writeImage,
  writePluginData,
  writeText,
  type EncodedImage,
} from "./summary-encoding.js";

/**
 * TensorBoard's `Event` message, as far as we use it. The field numbers are those of
 * tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto. The wire format comes from
 * @bufbuild/protobuf; the messages are spelt out, here and in `summary-encoding.ts`, which spares a
 * code-generation step.
 */
export interface LogEvent {
  /** Seconds since 1970, with fractions. */
  readonly wallTime: number;
  /** Environment steps (decisions); int64. */
  readonly step: number;
  readonly content: LogContent;
}

export type LogContent =
  | { readonly kind: "fileVersion"; readonly version: string }
  | { readonly kind: "scalar"; readonly tag: string; readonly value: number }
  | { readonly kind: "text"; readonly tag: string; readonly markdown: string }
  | WrittenOnly
  /** A resumed run: what earlier files say of this step and later ones no longer holds. */
  | { readonly kind: "sessionStart" };

/** What other programs show; reading passes over it. */
type WrittenOnly =
  | {
      readonly kind: "histogram";
      readonly tag: string;
      readonly buckets: readonly HistogramBucket[];
    }
  | { readonly kind: "image"; readonly tag: string; readonly image: EncodedImage }
  | {
      readonly kind: "pluginData";
      readonly tag: string;
      readonly plugin: string;
      readonly content: Uint8Array;
    };

/** The only version there is; must be the first record of a file. */
export const FILE_VERSION = "brain.Event:2";

const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 } as const;
const METADATA = { pluginData: 1 } as const;
const PLUGIN_DATA = { pluginName: 1 } as const;
const TENSOR = { stringValue: 8 } as const;
const SESSION_LOG = { status: 1 } as const;
const SESSION_START = 1;

/** @returns the protobuf bytes of one event */
export function encodeEvent(event: LogEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(event.wallTime);
  if (event.step !== 0) writer.tag(EVENT.step, WireType.Varint).int64(event.step);
  writeContent(writer, event.content);
  return writer.finish();
}

function writeContent(writer: BinaryWriter, content: LogContent): void {
  switch (content.kind) {
    case "fileVersion":
      writer.tag(EVENT.fileVersion, WireType.LengthDelimited).string(content.version);
      return;
    case "sessionStart":
      nested(writer, EVENT.sessionLog, () => {
        writer.tag(SESSION_LOG.status, WireType.Varint).int32(SESSION_START);
      });
      return;
    case "scalar":
      writeValue(writer, content.tag, () => {
        writer.tag(VALUE.simpleValue, WireType.Bit32).float(toFloat32(content.value));
      });
      return;
    case "text":
      writeValue(writer, content.tag, () => {
        writeText(writer, content.markdown);
      });
      return;
    case "histogram":
      writeValue(writer, content.tag, () => {
        writeHistogram(writer, content.buckets);
      });
      return;
    case "image":
      writeValue(writer, content.tag, () => {
        writeImage(writer, content.image);
      });
      return;
    case "pluginData":
      writeValue(writer, content.tag, () => {
        writePluginData(writer, content.plugin, content.content);
      });
  }
}

function writeValue(writer: BinaryWriter, tag: string, body: () => void): void {
  nested(writer, EVENT.summary, () => {
    nested(writer, SUMMARY.value, () => {
      writer.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
      body();
    });
  });
}

/** The writer refuses doubles beyond float32's range; rounding makes them infinite, as a cast does. */
function toFloat32(value: number): number {
  return Math.fround(value);
}

/** @returns the event's contents; several, or none, where other programs wrote the file. */
export function decodeEvent(bytes: Uint8Array): LogEvent[] {
  const reader = new BinaryReader(bytes);
  const contents: LogContent[] = [];
  let wallTime = 0;
  let step = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === EVENT.wallTime && type === WireType.Bit64) wallTime = reader.double();
    else if (field === EVENT.step && type === WireType.Varint) step = Number(reader.int64());
    else if (field === EVENT.fileVersion && type === WireType.LengthDelimited) {
      contents.push({ kind: "fileVersion", version: reader.string() });
    } else if (field === EVENT.summary && type === WireType.LengthDelimited) {
      contents.push(...decodeSummary(reader.bytes()));
    } else if (field === EVENT.sessionLog && type === WireType.LengthDelimited) {
      if (firstVarint(reader.bytes(), SESSION_LOG.status) === SESSION_START) {
        contents.push({ kind: "sessionStart" });
      }
    } else reader.skip(type, field);
  }
  return contents.map((content) => ({ wallTime, step, content }));
}

function decodeSummary(bytes: Uint8Array): LogContent[] {
  const contents: LogContent[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === SUMMARY.value && type === WireType.LengthDelimited) {
      const content = decodeValue(reader.bytes());
      if (content !== undefined) contents.push(content);
    } else reader.skip(type, field);
  }
  return contents;
}

/** @returns undefined for what is neither a scalar nor a text: images, histograms, … */
function decodeValue(bytes: Uint8Array): LogContent | undefined {
  const reader = new BinaryReader(bytes);
  let tag = "";
  let value: number | undefined;
  let tensor: Uint8Array | undefined;
  let plugin: string | undefined;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === VALUE.tag && type === WireType.LengthDelimited) tag = reader.string();
    else if (field === VALUE.simpleValue && type === WireType.Bit32) value = reader.float();
    else if (field === VALUE.tensor && type === WireType.LengthDelimited) {
      tensor = reader.bytes();
    } else if (field === VALUE.metadata && type === WireType.LengthDelimited) {
      const pluginData = firstBytes(reader.bytes(), METADATA.pluginData);
      plugin = pluginData && firstString(pluginData, PLUGIN_DATA.pluginName);
    } else reader.skip(type, field);
  }
  if (value !== undefined) return { kind: "scalar", tag, value };
  if (tensor === undefined || plugin !== "text") return undefined;
  const markdown = firstString(tensor, TENSOR.stringValue);
  return markdown === undefined ? undefined : { kind: "text", tag, markdown };
}

function firstString(bytes: Uint8Array, wanted: number): string | undefined {
  const found = firstBytes(bytes, wanted);
  return found && new TextDecoder().decode(found);
}

function firstBytes(bytes: Uint8Array, wanted: number): Uint8Array | undefined {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted && type === WireType.LengthDelimited) return reader.bytes();
    reader.skip(type, field);
  }
  return undefined;
}

function firstVarint(bytes: Uint8Array, wanted: number): number | undefined {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted && type === WireType.Varint) return reader.int32();
    reader.skip(type, field);
  }
  return undefined;
}
