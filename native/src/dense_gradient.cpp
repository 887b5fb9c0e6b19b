#include "dense_gradient.hpp"

#include "lanes.hpp"

namespace mario {
namespace {

/** Of a tile: what of the gradient is in registers at one time. */
constexpr int kTileRows = 4;
constexpr int kTileVectors = kLanes == 16 ? 4 : 2;

float dot(const float* a, const float* b, int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

/** tile[r, n] = gradient[row + r, column + n] */
template <int kRows, int kVectors>
void computeTile(const DenseGradient& g, int64_t row, int64_t column, float* tile) {
  Lanes sums[kRows][kVectors] = {};
  const float* x = g.x + row;
  const float* dz = g.dz + column;
  for (int b = 0; b < g.rows; b++, x += g.xStride, dz += g.units) {
    for (int i = 0; i < kVectors; i++) {
      const Lanes values = loadLanes(dz + i * kLanes);
      for (int r = 0; r < kRows; r++) sums[r][i] += values * x[r];
    }
  }
  for (int r = 0; r < kRows; r++) {
    for (int i = 0; i < kVectors; i++) {
      storeLanes(tile + (r * kVectors + i) * kLanes, sums[r][i]);
    }
  }
}

/** Columns that fill no register. */
void computeTail(const DenseGradient& g, int64_t row, int64_t column, int64_t count, float* tail) {
  for (int64_t n = 0; n < count; n++) {
    float sum = 0;
    for (int b = 0; b < g.rows; b++) {
      sum += g.x[b * g.xStride + row] * g.dz[b * g.units + column + n];
    }
    tail[n] = sum;
  }
}

template <int kRows>
void adamOnRows(const AdamStep& step, const DenseGradient& g, int64_t row, float* variable,
                float* m, float* v) {
  float tile[kRows * kTileVectors * kLanes];
  const auto apply = [&](int64_t column, int64_t width) {
    for (int r = 0; r < kRows; r++) {
      const int64_t at = (row + r) * g.units + column;
      adamRange(step, tile + r * width, variable + at, m + at, v + at, width);
    }
  };
  int64_t column = 0;
  for (; column + kTileVectors * kLanes <= g.units; column += kTileVectors * kLanes) {
    computeTile<kRows, kTileVectors>(g, row, column, tile);
    apply(column, kTileVectors * kLanes);
  }
  for (; column + kLanes <= g.units; column += kLanes) {
    computeTile<kRows, 1>(g, row, column, tile);
    apply(column, kLanes);
  }
  if (column == g.units) return;
  const int64_t width = g.units - column;
  for (int r = 0; r < kRows; r++) computeTail(g, row + r, column, width, tile + r * width);
  apply(column, width);
}

}  // namespace

void addGram(const float* x, int64_t stride, int rows, int64_t count, double* gram) {
  for (int64_t begin = 0; begin < count; begin += 1024) {
    const int64_t length = begin + 1024 < count ? 1024 : count - begin;
    for (int b = 0; b < rows; b++) {
      for (int c = b; c < rows; c++) {
        gram[b * rows + c] += dot(x + b * stride + begin, x + c * stride + begin, length);
      }
    }
  }
}

double squaredNorm(const double* gramX, const double* gramDz, int rows) {
  double sum = 0;
  for (int b = 0; b < rows; b++) {
    for (int c = b; c < rows; c++) {
      const double product = gramX[b * rows + c] * gramDz[b * rows + c];
      sum += c == b ? product : 2 * product;
    }
  }
  // Rounding may leave a little less than nothing; NaN stays NaN.
  return sum < 0 ? 0 : sum;
}

void denseAdam(const AdamStep& step, const DenseGradient& gradient, int64_t begin, int64_t end,
               float* variable, float* m, float* v) {
  int64_t row = begin;
  for (; row + kTileRows <= end; row += kTileRows) {
    adamOnRows<kTileRows>(step, gradient, row, variable, m, v);
  }
  for (; row < end; row++) adamOnRows<1>(step, gradient, row, variable, m, v);
}

}  // namespace mario
