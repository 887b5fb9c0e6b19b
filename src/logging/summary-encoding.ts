import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { HistogramBucket } from "./histogram.js";

/**
 * The part of a TensorBoard summary value that follows its tag: a tensor, and the name of the plugin
 * that shows it. Field numbers: tensorboard/compat/proto/{summary,tensor,tensor_shape}.proto; what the
 * tensors hold: tensorboard/plugins/{text,histogram,image}/summary_v2.py.
 */
const VALUE = { tensor: 8, metadata: 9 } as const;
const METADATA = { pluginData: 1 } as const;
const PLUGIN_DATA = { pluginName: 1, content: 2 } as const;
const TENSOR = { dtype: 1, shape: 2, content: 4, stringValue: 8 } as const;
const SHAPE = { dimension: 2 } as const;
const DIMENSION = { size: 1 } as const;

const DT_FLOAT = 1;
const DT_DOUBLE = 2;
const DT_STRING = 7;

/** A rank-0 string tensor. */
export function writeText(writer: BinaryWriter, markdown: string): void {
  writeTensor(writer, DT_STRING, [], () => {
    writer.tag(TENSOR.stringValue, WireType.LengthDelimited).string(markdown);
  });
  writeMetadata(writer, "text");
}

/** A tensor `[buckets, 3] float64` of left edge, right edge and count. */
export function writeHistogram(writer: BinaryWriter, buckets: readonly HistogramBucket[]): void {
  writeTensor(writer, DT_DOUBLE, [buckets.length, 3], () => {
    const bytes = new Uint8Array(buckets.length * 24);
    const view = new DataView(bytes.buffer);
    buckets.forEach(({ left, right, count }, i) => {
      [left, right, count].forEach((value, k) => {
        view.setFloat64(24 * i + 8 * k, value, true);
      });
    });
    writer.tag(TENSOR.content, WireType.LengthDelimited).bytes(bytes);
  });
  writeMetadata(writer, "histograms");
}

/** A file for the browser, as it is: PNG, GIF (moving, too) or JPEG. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** A string tensor `[3]` of width, height and the encoded picture. */
export function writeImage(writer: BinaryWriter, { bytes, width, height }: EncodedImage): void {
  writeTensor(writer, DT_STRING, [3], () => {
    writer.tag(TENSOR.stringValue, WireType.LengthDelimited).string(String(width));
    writer.tag(TENSOR.stringValue, WireType.LengthDelimited).string(String(height));
    writer.tag(TENSOR.stringValue, WireType.LengthDelimited).bytes(bytes);
  });
  writeMetadata(writer, "images");
}

/** Nothing to draw: what there is to say is in the metadata. */
export function writePluginData(writer: BinaryWriter, plugin: string, content: Uint8Array): void {
  writeTensor(writer, DT_FLOAT, [0], () => undefined);
  writeMetadata(writer, plugin, content);
}

function writeTensor(
  writer: BinaryWriter,
  dtype: number,
  shape: readonly number[],
  body: () => void,
): void {
  nested(writer, VALUE.tensor, () => {
    writer.tag(TENSOR.dtype, WireType.Varint).int32(dtype);
    nested(writer, TENSOR.shape, () => {
      for (const size of shape) {
        nested(writer, SHAPE.dimension, () => {
          if (size > 0) writer.tag(DIMENSION.size, WireType.Varint).int64(size);
        });
      }
    });
    body();
  });
}

function writeMetadata(writer: BinaryWriter, plugin: string, content?: Uint8Array): void {
  nested(writer, VALUE.metadata, () => {
    nested(writer, METADATA.pluginData, () => {
      writer.tag(PLUGIN_DATA.pluginName, WireType.LengthDelimited).string(plugin);
      if (content) writer.tag(PLUGIN_DATA.content, WireType.LengthDelimited).bytes(content);
    });
  });
}

/** A message within a message. */
export function nested(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}
