import { existsSync, readdirSync, readFileSync } from "node:fs";

/** What of GPUs this system shows, without asking any library of them. */
export interface GraphicsReport {
  /** Device files of GPUs, e.g. `/dev/nvidia0`; undefined where there are none to look for. */
  readonly gpuFiles: readonly string[] | undefined;
  /** Of NVIDIA's kernel module, e.g. `550.54.15`. */
  readonly nvidiaDriver: string | undefined;
  /** Whether the system's linker finds the Vulkan loader; undefined where Vulkan is not used. */
  readonly vulkanLoader: boolean | undefined;
  /** Drivers that the Vulkan loader knows of, by their files' names. */
  readonly vulkanDrivers: readonly string[];
}

const isLinux = process.platform === "linux";

export function reportGraphics(): GraphicsReport {
  return {
    gpuFiles: isLinux ? gpuDeviceFiles() : undefined,
    nvidiaDriver: nvidiaDriver(),
    vulkanLoader: isLinux ? hasLibrary("libvulkan.so.1") : undefined,
    vulkanDrivers: isLinux ? vulkanDrivers() : [],
  };
}

/**
 * Whether it is worth asking Vulkan for a GPU: loading it costs a third of a second, and its drivers
 * print warnings of their own where there is none.
 */
export function mayHaveGpu(): boolean {
  return !isLinux || gpuDeviceFiles().length > 0;
}

/**
 * Device files of GPUs, Linux only: NVIDIA's own, everybody's, and that of the Windows subsystem for
 * Linux. A container may have been given any one of several GPUs: `nvidia3` alone, say.
 * @param devices folder of device files
 */
export function gpuDeviceFiles(devices = "/dev"): string[] {
  const listed = (folder: string, names: RegExp): string[] =>
    filesIn(folder)
      .filter((name) => names.test(name))
      .map((name) => `${folder}/${name}`);
  return [...listed(devices, /^(nvidia\d+|dxg)$/), ...listed(`${devices}/dri`, /^renderD/)];
}

/** Names of a folder's files; none where there is no such folder, or it may not be read. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function nvidiaDriver(): string | undefined {
  try {
    const text = readFileSync("/proc/driver/nvidia/version", "utf8");
    return /\s(\d+\.\d+(?:\.\d+)?)\s/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** Whether the system's linker finds a library, by its file's name; Linux only. */
export function hasLibrary(name: string): boolean {
  try {
    process.dlopen({ exports: {} }, name);
  } catch (error) {
    // Found, but no addon of Node's: all that is asked here.
    return !/cannot open shared object|no such file/i.test((error as Error).message);
  }
  return true;
}

/** The drivers that the Vulkan loader knows of, by their files' names; Linux only. */
export function vulkanDrivers(environment = process.env): string[] {
  const named = environment["VK_DRIVER_FILES"] ?? environment["VK_ICD_FILENAMES"];
  const files =
    named !== undefined && named !== ""
      ? named.split(":").filter((file) => existsSync(file))
      : ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"].flatMap(
          filesIn,
        );
  return files.map((file) => file.replace(/^.*\//, "").replace(/\.json$/, ""));
}
