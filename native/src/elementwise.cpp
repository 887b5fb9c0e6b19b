#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

/** Elements for which waking another thread pays. */
constexpr int64_t kGrain = 1 << 15;

/** Rows whose elements together are worth a piece of work. */
int64_t rowGrain(int64_t columns) { return std::max<int64_t>(1, kGrain / columns); }

template <class Operation>
void map2(const float* a, const float* b, float* out, const Broadcast& shape,
          const Operation& operation) {
  const int64_t rows = shape.size[0] * shape.size[1], columns = shape.size[2];
  const int64_t stepA = shape.strideA[2], stepB = shape.strideB[2];
  const auto mapRow = [=, &operation](const float* x, const float* y, float* to, int64_t count) {
    if (stepA == 1 && stepB == 1) {
      for (int64_t k = 0; k < count; k++) to[k] = operation(x[k], y[k]);
    } else if (stepA == 1 && stepB == 0) {
      for (int64_t k = 0; k < count; k++) to[k] = operation(x[k], *y);
    } else {
      for (int64_t k = 0; k < count; k++) to[k] = operation(x[k * stepA], y[k * stepB]);
    }
  };
  if (rows == 1) {
    parallelChunks(columns, kGrain, [&](int64_t begin, int64_t end) {
      mapRow(a + begin * stepA, b + begin * stepB, out + begin, end - begin);
    });
    return;
  }
  parallelChunks(rows, rowGrain(columns), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
      const int64_t i = row / shape.size[1], j = row % shape.size[1];
      mapRow(a + i * shape.strideA[0] + j * shape.strideA[1],
             b + i * shape.strideB[0] + j * shape.strideB[1], out + row * columns, columns);
    }
  });
}

template <class Operation>
void map1(const float* x, float* out, int64_t count, const Operation& operation) {
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = operation(x[i]);
  });
}

/** out[c] = sum over r of x[r, c], in pieces that do not depend on the number of threads. */
void sumRows(Context& context, const float* x, float* out, int64_t rows, int64_t columns) {
  const int64_t grain = rowGrain(columns);
  const int64_t chunks = (rows + grain - 1) / grain;
  float* partial = chunks == 1 ? out : context.weights.floats(size_t(chunks * columns));
  parallelChunks(rows, grain, [&](int64_t begin, int64_t end) {
    float* sum = partial + begin / grain * columns;
    std::memset(sum, 0, columns * sizeof(float));
    for (int64_t r = begin; r < end; r++) {
      for (int64_t c = 0; c < columns; c++) sum[c] += x[r * columns + c];
    }
  });
  if (chunks == 1) return;
  std::memset(out, 0, columns * sizeof(float));
  for (int64_t chunk = 0; chunk < chunks; chunk++) {
    for (int64_t c = 0; c < columns; c++) out[c] += partial[chunk * columns + c];
  }
}

/** Sum of contiguous values: float32 in lanes within a block of 1,024, double across blocks. */
float sumOf(const float* x, int64_t count) {
  double sum = 0;
  for (int64_t block = 0; block < count; block += 1024) {
    const int64_t stop = std::min(block + 1024, count);
    float lanes = 0;
#pragma omp simd reduction(+ : lanes)
    for (int64_t i = block; i < stop; i++) lanes += x[i];
    sum += lanes;
  }
  return float(sum);
}

float maximumOf(const float* x, int64_t count) {
  float largest = -std::numeric_limits<float>::infinity();
  for (int64_t i = 0; i < count; i++) {
    // NaN wins, as in TensorFlow.js.
    if (x[i] > largest || x[i] != x[i]) largest = x[i];
    if (largest != largest) break;
  }
  return largest;
}

}  // namespace

void binary(Binary operation, const float* a, const float* b, float* out, const Broadcast& shape) {
  const auto run = [&](const auto& function) { map2(a, b, out, shape, function); };
  switch (operation) {
    case Binary::kAdd:
      return run([](float x, float y) { return x + y; });
    case Binary::kSubtract:
      return run([](float x, float y) { return x - y; });
    case Binary::kMultiply:
      return run([](float x, float y) { return x * y; });
    case Binary::kDivide:
      return run([](float x, float y) { return x / y; });
    case Binary::kMaximum:
      return run([](float x, float y) { return x != x || x > y ? x : y; });
    case Binary::kMinimum:
      return run([](float x, float y) { return x != x || x < y ? x : y; });
    case Binary::kSquaredDifference:
      return run([](float x, float y) { return (x - y) * (x - y); });
    case Binary::kReluGradient:
      return run([](float dy, float y) { return y > 0.f ? dy : 0.f; });
  }
}

void unary(Unary operation, const float* x, float* out, int64_t count, float low, float high) {
  const auto run = [&](const auto& function) { map1(x, out, count, function); };
  switch (operation) {
    case Unary::kRelu:
      // Written so that NaN stays NaN, as TensorFlow.js has it.
      return run([](float v) { return v < 0.f ? 0.f : v; });
    case Unary::kStep:
      return run([](float v) { return v != v ? v : (v > 0.f ? 1.f : 0.f); });
    case Unary::kSquare:
      return run([](float v) { return v * v; });
    case Unary::kSquareRoot:
      return run([](float v) { return std::sqrt(v); });
    case Unary::kReciprocalRoot:
      return run([](float v) { return 1.f / std::sqrt(v); });
    case Unary::kExponential:
      return run([](float v) { return std::exp(v); });
    case Unary::kLogarithm:
      return run([](float v) { return std::log(v); });
    case Unary::kAbsolute:
      return run([](float v) { return std::fabs(v); });
    case Unary::kNegate:
      return run([](float v) { return -v; });
    case Unary::kSign:
      return run([](float v) { return v != v ? v : (v > 0.f ? 1.f : (v < 0.f ? -1.f : 0.f)); });
    case Unary::kClip:
      return run([=](float v) { return v > high ? high : (v < low ? low : v); });
  }
}

void reduce(Context& context, Reduction reduction, const float* x, float* out, int64_t outer,
            int64_t count, int64_t inner) {
  const bool mean = reduction == Reduction::kMean;
  if (reduction == Reduction::kMaximum) {
    parallelChunks(outer, rowGrain(count * inner), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; o++) {
        const float* block = x + o * count * inner;
        if (inner == 1) {
          out[o] = maximumOf(block, count);
          continue;
        }
        float* row = out + o * inner;
        std::memcpy(row, block, inner * sizeof(float));
        for (int64_t r = 1; r < count; r++) {
          for (int64_t c = 0; c < inner; c++) {
            const float v = block[r * inner + c];
            if (v > row[c] || v != v) row[c] = v;
          }
        }
      }
    });
    return;
  }
  if (inner == 1) {
    parallelChunks(outer, rowGrain(count), [&](int64_t begin, int64_t end) {
      for (int64_t o = begin; o < end; o++) out[o] = sumOf(x + o * count, count);
    });
  } else {
    for (int64_t o = 0; o < outer; o++) {
      sumRows(context, x + o * count * inner, out + o * inner, count, inner);
    }
  }
  if (!mean) return;
  map1(out, out, outer * inner, [=](float v) { return v / float(count); });
}

void softmax(const float* x, float* out, int64_t rows, int64_t columns, bool logarithm) {
  parallelChunks(rows, std::max<int64_t>(1, rowGrain(columns) / 16), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      const float* row = x + r * columns;
      float* y = out + r * columns;
      const float largest = maximumOf(row, columns);
      float sum = 0;
      for (int64_t c = 0; c < columns; c++) {
        const float power = std::exp(row[c] - largest);
        y[c] = power;
        sum += power;
      }
      if (logarithm) {
        const float shift = largest + std::log(sum);
        for (int64_t c = 0; c < columns; c++) y[c] = row[c] - shift;
      } else {
        const float scale = 1.f / sum;
        for (int64_t c = 0; c < columns; c++) y[c] *= scale;
      }
    }
  });
}

void reluGradientAndSum(Context& context, const float* dy, const float* y, float* dz, float* sums,
                        int64_t rows, int64_t columns) {
  // Smaller pieces than elsewhere: the second thread has this one pass and no other to work on.
  const int64_t grain = std::max<int64_t>(1, kGrain / 4 / columns);
  const int64_t chunks = (rows + grain - 1) / grain;
  float* partial = context.weights.floats(size_t(chunks * columns));
  parallelChunks(rows, grain, [&](int64_t begin, int64_t end) {
    float* __restrict sum = partial + begin / grain * columns;
    std::memset(sum, 0, columns * sizeof(float));
    for (int64_t r = begin; r < end; r++) {
      const float* __restrict rowDy = dy + r * columns;
      const float* __restrict rowY = y + r * columns;
      float* __restrict rowDz = dz + r * columns;
      for (int64_t c = 0; c < columns; c++) {
        const float value = rowY[c] > 0.f ? rowDy[c] : 0.f;
        rowDz[c] = value;
        sum[c] += value;
      }
    }
  });
  std::memset(sums, 0, columns * sizeof(float));
  for (int64_t chunk = 0; chunk < chunks; chunk++) {
    for (int64_t c = 0; c < columns; c++) sums[c] += partial[chunk * columns + c];
  }
}

void scaleBytes(const uint8_t* bytes, float* out, int64_t count) {
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = float(bytes[i]) / 255.f;
  });
}

}  // namespace mario
