/**
 * Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer and runs every kernel under
 * them once: an access beyond an array, or a use after it is freed, ends with a report.
 *
 *   node test/native/sanitize.mjs          Linux with GCC
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
execFileSync(process.execPath, [file("../../scripts/build-native.mjs"), "--sanitize"], {
  stdio: "inherit",
});
const runtime = (name) =>
  execFileSync("g++", [`-print-file-name=${name}`], { encoding: "utf8" }).trim();
execFileSync(process.execPath, [file("./exercise-addon.mjs"), "mario_onednn_sanitize"], {
  stdio: "inherit",
  env: {
    ...process.env,
    // Node itself is not built with it, so its runtime has to come first.
    LD_PRELOAD: `${runtime("libasan.so")} ${runtime("libubsan.so")}`,
    // Node frees nothing on exit; what matters here is where our code reads and writes.
    ASAN_OPTIONS: "detect_leaks=0,halt_on_error=1",
    UBSAN_OPTIONS: "halt_on_error=1,print_stacktrace=1",
  },
});
