/*
 * A second, tiny addon that must load before the first. OpenMP's runtime reads its settings once,
 * when it is loaded, from the process's environment; and a worker thread of Node has only a copy of
 * that environment. By default idle OpenMP threads spin, which starves the emulators on the other
 * cores, so this asks them to sleep, before oneDNN brings the runtime in.
 */
#define NAPI_VERSION 8
#define _GNU_SOURCE
#include <dlfcn.h>
#include <node_api.h>
#include <stdlib.h>

static int openmp_is_loaded(void) {
  static const char* const runtimes[] = {"libgomp.so.1", "libomp.so.5", "libomp.so", "libiomp5.so",
                                         "libomp.dylib"};
  for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++) {
    if (dlopen(runtimes[i], RTLD_LAZY | RTLD_NOLOAD) != NULL) return 1;
  }
  return 0;
}

static napi_value initialize(napi_env env, napi_value exports) {
  /* Asked once in a process: for its second thread it is we who brought the runtime in. */
  static int too_late = -1;
  if (too_late < 0) too_late = openmp_is_loaded();
  /*
   * What the user has set stays. GCC's runtime may look 1,000 times (about 20 microseconds) before
   * it sleeps: that bridges most gaps between two kernels and costs the emulators nothing. Measured
   * beside one busy process on 2 cores: 9 updates per second with 0 or 1,000, 6 with 10,000, and
   * 1.4 with the default of 300,000.
   */
  if (getenv("OMP_WAIT_POLICY") == NULL) {
    setenv("OMP_WAIT_POLICY", "passive", 1);
    setenv("GOMP_SPINCOUNT", "1000", 0);
  }
  napi_value value;
  if (napi_get_boolean(env, too_late != 0, &value) == napi_ok) {
    napi_set_named_property(env, exports, "openmpWasLoaded", value);
  }
  return exports;
}

NAPI_MODULE(mario_environment, initialize)
