import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { OnednnBackend } from "./onednn-backend.js";

export interface KernelArguments {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: OnednnBackend;
}

/** A native kernel; `undefined` where it does not cover a case and the CPU backend's must. */
export type NativeKernel = (args: KernelArguments) => TensorInfo | TensorInfo[] | undefined;

export function sizeOf(tensor: TensorInfo): number {
  return util.sizeFromShape(tensor.shape);
}

export function isFloat(...tensors: readonly (TensorInfo | undefined)[]): boolean {
  return tensors.every((tensor) => tensor === undefined || tensor.dtype === "float32");
}
