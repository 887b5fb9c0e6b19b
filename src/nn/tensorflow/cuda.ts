import { hasLibrary } from "../graphics.js";

/**
 * What libtensorflow 2.9.1, which tfjs-node 4.22 brings, opens to compute on a GPU. Source: its log
 * of what it opens (`dso_loader`), and TensorFlow's table of tested builds: CUDA 11.2, cuDNN 8.1.
 */
const LIBRARIES: readonly (readonly [file: string, from: string])[] = [
  ["libcuda.so.1", "NVIDIA's driver"],
  ["libcudart.so.11.0", "CUDA 11"],
  ["libcublas.so.11", "CUDA 11"],
  ["libcublasLt.so.11", "CUDA 11"],
  ["libcufft.so.10", "CUDA 11"],
  ["libcurand.so.10", "CUDA 11"],
  ["libcusolver.so.11", "CUDA 11"],
  ["libcusparse.so.11", "CUDA 11"],
  ["libcudnn.so.8", "cuDNN 8"],
];

/**
 * Why TensorFlow computes on the processor, in words; Linux only, elsewhere it cannot be told.
 * @param has whether the linker finds a library; tests hand in their own
 */
export function explainMissingCuda(
  has: (file: string) => boolean = hasLibrary,
  platform: string = process.platform,
): string {
  if (platform !== "linux") return "no CUDA device found";
  const missing = LIBRARIES.filter(([file]) => !has(file));
  if (missing.length === 0) return "its CUDA libraries are there, but they see no device";
  const [sources, files] = [missing.map(([, from]) => from), missing.map(([file]) => file)];
  return `missing ${[...new Set(sources)].join(" and ")}: ${files.join(", ")}`;
}
