/*
 * A libretro front end without a screen: plays inputs into any NES core and tells what the console's
 * memory held after each frame. So the cartridge is seen running in an emulator that shares nothing
 * with ours.
 *
 *   cc -O2 -o second-emulator second-emulator.c -ldl
 *   second-emulator CORE.so GAME.nes PICTURE_PERIOD < inputs > states
 *
 * inputs: for each frame a byte of buttons (bit 0 A, 1 B, 2 Select, 3 Start, 4 Up, 5 Down, 6 Left,
 *   7 Right); a byte n; and n times three bytes, written to RAM before the frame: address, low byte
 *   first, and value.
 * states: for each frame 2,048 bytes of RAM; after every PICTURE_PERIOD-th frame (0: never) also
 *   uint32 width, uint32 height, and the picture, uint32 0x00RRGGBB, row by row, host's byte order.
 *
 * Only what is needed of the interface is declared; its names and numbers are libretro's, see
 * https://docs.libretro.com/development/cores/developing-cores/
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_SYSTEM_RAM = 2, RAM_BYTES = 2048, DEVICE_JOYPAD = 1 };
enum {
  ENVIRONMENT_GET_CAN_DUPE = 3,
  ENVIRONMENT_GET_SYSTEM_DIRECTORY = 9,
  ENVIRONMENT_SET_PIXEL_FORMAT = 10,
  ENVIRONMENT_GET_VARIABLE = 15,
  ENVIRONMENT_GET_SAVE_DIRECTORY = 31,
};
enum { PIXELS_0RGB1555 = 0, PIXELS_XRGB8888 = 1, PIXELS_RGB565 = 2 };

struct game_info {
  const char *path;
  const void *data;
  size_t size;
  const char *meta;
};
struct variable {
  const char *key;
  const char *value;
};

/* What a core would otherwise choose for the looks: here every pixel counts. */
static const struct variable SETTINGS[] = {
    {"nestopia_blargg_ntsc_filter", "disabled"},
    {"nestopia_overscan_v", "disabled"},
    {"nestopia_overscan_h", "disabled"},
    {"nestopia_overscan_v_top", "0"},
    {"nestopia_overscan_v_bottom", "0"},
    {"nestopia_overscan_h_left", "0"},
    {"nestopia_overscan_h_right", "0"},
    {"nestopia_nospritelimit", "disabled"},
    {"nestopia_overclock", "1x"},
    {"nestopia_ram_power_state", "0x00"},
    {"nestopia_favored_system", "auto"},
};

static int pixel_format = PIXELS_0RGB1555;
static uint8_t buttons;
static uint32_t picture[1024 * 1024];
static unsigned picture_width, picture_height;

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "second-emulator: %s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
  exit(2);
}

static bool environment(unsigned command, void *data) {
  switch (command) {
  case ENVIRONMENT_GET_CAN_DUPE:
    *(bool *)data = true;
    return true;
  case ENVIRONMENT_GET_SYSTEM_DIRECTORY:
  case ENVIRONMENT_GET_SAVE_DIRECTORY:
    *(const char **)data = ".";
    return true;
  case ENVIRONMENT_SET_PIXEL_FORMAT:
    pixel_format = *(const int *)data;
    return true;
  case ENVIRONMENT_GET_VARIABLE: {
    struct variable *asked = data;
    for (size_t i = 0; i < sizeof SETTINGS / sizeof *SETTINGS; i++) {
      if (strcmp(asked->key, SETTINGS[i].key) == 0) {
        asked->value = SETTINGS[i].value;
        return true;
      }
    }
    return false;
  }
  default:
    return false;
  }
}

static uint32_t rgb(const uint8_t *pixel) {
  uint32_t wide;
  uint16_t narrow;
  if (pixel_format == PIXELS_XRGB8888) {
    memcpy(&wide, pixel, sizeof wide);
    return wide & 0xffffff;
  }
  memcpy(&narrow, pixel, sizeof narrow);
  if (pixel_format == PIXELS_RGB565)
    return (uint32_t)(narrow >> 11 & 31) << 19 | (uint32_t)(narrow >> 5 & 63) << 10 |
           (uint32_t)(narrow & 31) << 3;
  return (uint32_t)(narrow >> 10 & 31) << 19 | (uint32_t)(narrow >> 5 & 31) << 11 |
         (uint32_t)(narrow & 31) << 3;
}

static void video(const void *data, unsigned width, unsigned height, size_t pitch) {
  /* No data: the same picture again. */
  if (data == NULL || (size_t)width * height > sizeof picture / sizeof *picture) return;
  size_t bytes = pixel_format == PIXELS_XRGB8888 ? 4 : 2;
  picture_width = width;
  picture_height = height;
  for (unsigned y = 0; y < height; y++)
    for (unsigned x = 0; x < width; x++)
      picture[y * width + x] = rgb((const uint8_t *)data + y * pitch + x * bytes);
}

static void sample(int16_t left, int16_t right) { (void)left, (void)right; }
static size_t samples(const int16_t *data, size_t frames) { return (void)data, frames; }
static void poll(void) {}

/* By libretro's numbers of a pad's buttons: B, Y, Select, Start, Up, Down, Left, Right, A. */
static int16_t input(unsigned port, unsigned device, unsigned index, unsigned id) {
  static const int BITS[] = {1, -1, 2, 3, 4, 5, 6, 7, 0};
  (void)index;
  if (port != 0 || device != DEVICE_JOYPAD || id >= sizeof BITS / sizeof *BITS) return 0;
  return BITS[id] < 0 ? 0 : buttons >> BITS[id] & 1;
}

static void *core;
static void *symbol(const char *name) {
  void *found = dlsym(core, name);
  if (found == NULL) fail("the core lacks", name);
  return found;
}

static void put(const void *data, size_t bytes) {
  if (fwrite(data, 1, bytes, stdout) != bytes) fail("cannot write", NULL);
}

static int next(void) {
  int byte = getchar();
  if (byte == EOF) fail("the inputs end in the middle of a frame", NULL);
  return byte;
}

int main(int argc, char **argv) {
  if (argc != 4) fail("usage: second-emulator CORE.so GAME.nes PICTURE_PERIOD", NULL);
  core = dlopen(argv[1], RTLD_NOW);
  if (core == NULL) fail("cannot load the core", dlerror());
  FILE *file = fopen(argv[2], "rb");
  if (file == NULL) fail("cannot read", argv[2]);
  static uint8_t game[8 << 20];
  struct game_info info = {argv[2], game, fread(game, 1, sizeof game, file), NULL};
  fclose(file);

  ((void (*)(void *))symbol("retro_set_environment"))(environment);
  ((void (*)(void *))symbol("retro_set_video_refresh"))(video);
  ((void (*)(void *))symbol("retro_set_audio_sample"))(sample);
  ((void (*)(void *))symbol("retro_set_audio_sample_batch"))(samples);
  ((void (*)(void *))symbol("retro_set_input_poll"))(poll);
  ((void (*)(void *))symbol("retro_set_input_state"))(input);
  ((void (*)(void))symbol("retro_init"))();
  if (!((bool (*)(const struct game_info *))symbol("retro_load_game"))(&info))
    fail("the core refuses", argv[2]);
  ((void (*)(unsigned, unsigned))symbol("retro_set_controller_port_device"))(0, DEVICE_JOYPAD);
  if (((size_t (*)(unsigned))symbol("retro_get_memory_size"))(MEMORY_SYSTEM_RAM) < RAM_BYTES)
    fail("the core does not show its RAM", NULL);
  uint8_t *ram = ((void *(*)(unsigned))symbol("retro_get_memory_data"))(MEMORY_SYSTEM_RAM);
  void (*run)(void) = (void (*)(void))symbol("retro_run");

  long period = strtol(argv[3], NULL, 10);
  int byte;
  for (long frame = 1; (byte = getchar()) != EOF; frame++) {
    buttons = (uint8_t)byte;
    for (int writes = next(); writes > 0; writes--) {
      int address = next();
      address |= next() << 8;
      ram[address % RAM_BYTES] = (uint8_t)next();
    }
    run();
    put(ram, RAM_BYTES);
    if (period > 0 && frame % period == 0) {
      uint32_t size[2] = {picture_width, picture_height};
      put(size, sizeof size);
      put(picture, sizeof *picture * picture_width * picture_height);
    }
  }
  if (fflush(stdout) != 0) fail("cannot write", NULL);
  /* The core's own farewell would only free memory. */
  return 0;
}
