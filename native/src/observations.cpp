#include "observations.hpp"

#include <algorithm>

#include "descriptions.hpp"
#include "lanes.hpp"

namespace mario {
namespace {

constexpr float kFactor = 1.f / 255.f;

void scale(const uint8_t* bytes, float* out, int64_t count) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) scale16(bytes + i, kFactor, out + i);
  for (; i < count; i++) out[i] = float(bytes[i]) * kFactor;
}

/** How a line of pixels, or the padding around it, becomes runs of a row of blocks. */
struct Runs {
  /** Values in a line, in a run, and of padding before the line. */
  int64_t line, length, padding;
  /** Runs, and values from one to the next. */
  int64_t count, step;
};

void scaleInside(const uint8_t* from, int64_t first, int64_t last, const Runs& runs, float* out) {
  const int64_t step = runs.step;
  if (runs.length == 16) {
    for (int64_t j = first; j < last; j++) scale16(from + j * 16, kFactor, out + j * step);
    return;
  }
  for (int64_t j = first; j < last; j++) {
    scale(from + j * runs.length, out + j * step, runs.length);
  }
}

/** A line into its places, `out` at that of its first run; a line outside the picture is null. */
void scaleLine(const uint8_t* line, const Runs& runs, float* out) {
  // Those that lie wholly in the line.
  const int64_t first = (runs.padding + runs.length - 1) / runs.length;
  const int64_t inside = (runs.line + runs.padding) / runs.length;
  const int64_t last = line == nullptr ? first : std::min(runs.count, inside);
  for (int64_t j = 0; j < runs.count; j++) {
    if (j == first && last > first) j = last;
    if (j >= runs.count) break;
    for (int64_t k = 0; k < runs.length; k++) {
      const int64_t from = j * runs.length + k - runs.padding;
      const bool readable = line != nullptr && from >= 0 && from < runs.line;
      out[j * runs.step + k] = readable ? float(line[from]) * kFactor : 0.f;
    }
  }
  if (last > first) scaleInside(line - runs.padding, first, last, runs, out);
}

}  // namespace

void scaleObservations(const ConvolutionShape& s, bool rearranged, const uint8_t* bytes, int rows,
                       float* out) {
  const int64_t length = int64_t(s.inWidth) * s.inChannels;
  if (!rearranged) return scale(bytes, out, rows * s.inHeight * length);
  const ConvolutionShape blocks = spaceToDepthShape(s);
  const int64_t stride = s.strideHeight, run = stride * s.inChannels;
  const Runs runs{length, run, int64_t(s.padLeft) * s.inChannels, blocks.inWidth, blocks.inChannels};
  for (int64_t row = 0; row < int64_t(rows) * blocks.inHeight; row++) {
    const int64_t image = row / blocks.inHeight, i = row % blocks.inHeight;
    for (int64_t di = 0; di < stride; di++) {
      const int64_t y = i * stride + di - s.padTop;
      const bool inside = y >= 0 && y < s.inHeight;
      scaleLine(inside ? bytes + (image * s.inHeight + y) * length : nullptr, runs,
                out + row * blocks.inWidth * blocks.inChannels + di * run);
    }
  }
}

}  // namespace mario
