#include "observations.hpp"

#include "descriptions.hpp"

namespace mario {
namespace {

inline void scale(const uint8_t* bytes, float* out, int64_t count) {
#pragma omp simd
  for (int64_t i = 0; i < count; i++) out[i] = float(bytes[i]) * (1.f / 255.f);
}

/** One line of pixels into its places in a row of blocks, `out` at the line's place in the first. */
void scaleIntoBlocks(const uint8_t* line, int64_t length, int64_t run, int64_t padding,
                     int64_t blocks, int64_t step, float* out) {
  for (int64_t j = 0; j < blocks; j++, out += step) {
    const int64_t from = j * run - padding;
    if (from >= 0 && from + run <= length) {
      if (run == 16) {
        scale(line + from, out, 16);
      } else {
        scale(line + from, out, run);
      }
      continue;
    }
    for (int64_t k = 0; k < run; k++) {
      const bool readable = from + k >= 0 && from + k < length;
      out[k] = readable ? float(line[from + k]) * (1.f / 255.f) : 0.f;
    }
  }
}

}  // namespace

void scaleObservations(const ConvolutionShape& s, bool rearranged, const uint8_t* bytes, int rows,
                       float* out) {
  const int64_t length = int64_t(s.inWidth) * s.inChannels;
  if (!rearranged) return scale(bytes, out, rows * s.inHeight * length);
  const ConvolutionShape blocks = spaceToDepthShape(s);
  const int64_t stride = s.strideHeight, run = stride * s.inChannels;
  const int64_t blockRow = int64_t(blocks.inWidth) * blocks.inChannels;
  for (int64_t row = 0; row < int64_t(rows) * blocks.inHeight; row++) {
    const int64_t image = row / blocks.inHeight, i = row % blocks.inHeight;
    for (int64_t di = 0; di < stride; di++) {
      const int64_t y = i * stride + di - s.padTop;
      float* to = out + row * blockRow + di * run;
      const bool inside = y >= 0 && y < s.inHeight;
      // A line outside the picture is padding from its first value on.
      scaleIntoBlocks(inside ? bytes + (image * s.inHeight + y) * length : bytes,
                      inside ? length : 0, run, int64_t(s.padLeft) * s.inChannels, blocks.inWidth,
                      blocks.inChannels, to);
    }
  }
}

}  // namespace mario
