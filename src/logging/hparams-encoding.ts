import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { nested } from "./summary-encoding.js";

/** Hyperparameters by name. */
export type HparamValues = Readonly<Record<string, number | string | boolean>>;

export type SessionStatus = "success" | "failure";

/**
 * Tags under which the HParams plugin looks, and its name. We write no experiment summary: without one
 * TensorBoard itself finds the columns, those in which runs differ first.
 */
export const HPARAMS = {
  plugin: "hparams",
  sessionStartTag: "_hparams_/session_start_info",
  sessionEndTag: "_hparams_/session_end_info",
} as const;

/** tensorboard/plugins/hparams/plugin_data.proto and google/protobuf/struct.proto. */
const PLUGIN_DATA = { sessionStart: 3, sessionEnd: 4 } as const;
const SESSION_START = { hparams: 1, groupName: 4, started: 5 } as const;
const SESSION_END = { status: 1, ended: 2 } as const;
const MAP_ENTRY = { key: 1, value: 2 } as const;
const STRUCT_VALUE = { number: 2, string: 3, boolean: 4 } as const;
const STATUS = { success: 1, failure: 2 } as const;

/**
 * One run's row.
 * @param group rows of one group are shown as one, with the mean of their metrics
 * @param started seconds since 1970
 */
export function encodeSessionStart(
  values: HparamValues,
  group: string,
  started: number,
): Uint8Array {
  return pluginData(PLUGIN_DATA.sessionStart, (writer) => {
    for (const [name, value] of Object.entries(values)) {
      nested(writer, SESSION_START.hparams, () => {
        writer.tag(MAP_ENTRY.key, WireType.LengthDelimited).string(name);
        nested(writer, MAP_ENTRY.value, () => {
          writeStructValue(writer, value);
        });
      });
    }
    writer.tag(SESSION_START.groupName, WireType.LengthDelimited).string(group);
    writer.tag(SESSION_START.started, WireType.Bit64).double(started);
  });
}

/** @param ended seconds since 1970 */
export function encodeSessionEnd(status: SessionStatus, ended: number): Uint8Array {
  return pluginData(PLUGIN_DATA.sessionEnd, (writer) => {
    writer.tag(SESSION_END.status, WireType.Varint).int32(STATUS[status]);
    writer.tag(SESSION_END.ended, WireType.Bit64).double(ended);
  });
}

function pluginData(field: number, body: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  nested(writer, field, () => {
    body(writer);
  });
  return writer.finish();
}

function writeStructValue(writer: BinaryWriter, value: HparamValues[string]): void {
  switch (typeof value) {
    case "number":
      writer.tag(STRUCT_VALUE.number, WireType.Bit64).double(value);
      return;
    case "string":
      writer.tag(STRUCT_VALUE.string, WireType.LengthDelimited).string(value);
      return;
    case "boolean":
      writer.tag(STRUCT_VALUE.boolean, WireType.Varint).bool(value);
  }
}
