import { crc32c } from "@node-rs/crc32";

/**
 * TFRecord framing, the container of TensorBoard's event files. Each record is
 *
 *     uint64 length · uint32 masked CRC32C of length · byte data[length] · uint32 masked CRC32C of data
 *
 * all little-endian. Source: tensorflow/core/lib/io/record_writer.h, tensorflow.org "TFRecord".
 */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** What a record takes besides its data. */
export const FRAMING_BYTES = HEADER_BYTES + FOOTER_BYTES;
const MASK_DELTA = 0xa282ead8;

/** CRC32C rotated right by 15 bits plus a constant, so that a CRC over data with CRCs stays good. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  return (rotated + MASK_DELTA) >>> 0;
}

/** @returns the framed record, freshly allocated */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER_BYTES + data.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + data.length, maskedCrc32c(data), true);
  return record;
}

export interface Records {
  readonly records: readonly Uint8Array[];
  /**
   * Why reading stopped before the end of the bytes: the last record was cut short (a run that was
   * killed, or still writes) or a checksum was wrong. Undefined when all was read.
   */
  readonly damage: "truncated" | "corrupt" | undefined;
}

/** All whole records of a file, as views into `bytes`; nothing is read beyond the first bad one. */
export function readRecords(bytes: Uint8Array): Records {
  const records: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < HEADER_BYTES) return { records, damage: "truncated" };
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8))) {
      return { records, damage: "corrupt" };
    }
    // A bigint that no file reaches loses precision here, and is then longer than the file anyway.
    const length = Number(view.getBigUint64(at, true));
    if (bytes.length - at - HEADER_BYTES - FOOTER_BYTES < length) {
      return { records, damage: "truncated" };
    }
    const data = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    if (view.getUint32(at + HEADER_BYTES + length, true) !== maskedCrc32c(data)) {
      return { records, damage: "corrupt" };
    }
    records.push(data);
    at += HEADER_BYTES + length + FOOTER_BYTES;
  }
  return { records, damage: undefined };
}
