#include <algorithm>
#include <cstring>

#include "kernels.hpp"
#include "parallel.hpp"

namespace mario {
namespace {

/** Elements for which waking another thread pays. */
constexpr int64_t kGrain = 1 << 15;

template <class Operation>
void map2(const float* a, const float* b, float* out, int64_t count, const Operation& operation) {
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = operation(a[i], b[i]);
  });
}

template <class Operation>
void map1(const float* x, float* out, int64_t count, const Operation& operation) {
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = operation(x[i]);
  });
}

}  // namespace

void binary(Binary operation, const float* a, const float* b, float* out, int64_t count) {
  switch (operation) {
    case Binary::kAdd:
      return map2(a, b, out, count, [](float x, float y) { return x + y; });
    case Binary::kSubtract:
      return map2(a, b, out, count, [](float x, float y) { return x - y; });
    case Binary::kMultiply:
      return map2(a, b, out, count, [](float x, float y) { return x * y; });
    case Binary::kReluGradient:
      return map2(a, b, out, count, [](float dy, float y) { return y > 0.f ? dy : 0.f; });
  }
}

void unary(Unary operation, const float* x, float* out, int64_t count) {
  switch (operation) {
    case Unary::kRelu:
      // Written so that NaN stays NaN, as TensorFlow.js has it.
      return map1(x, out, count, [](float v) { return v < 0.f ? 0.f : v; });
    case Unary::kStep:
      return map1(x, out, count, [](float v) { return v != v ? v : (v > 0.f ? 1.f : 0.f); });
    case Unary::kSquare:
      return map1(x, out, count, [](float v) { return v * v; });
  }
}

void biasAdd(const float* x, const float* bias, float* out, int64_t rows, int64_t columns) {
  const int64_t grain = std::max<int64_t>(1, kGrain / columns);
  parallelChunks(rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; r++) {
      for (int64_t c = 0; c < columns; c++) out[r * columns + c] = x[r * columns + c] + bias[c];
    }
  });
}

void sumRows(Context& context, const float* x, float* out, int64_t rows, int64_t columns) {
  const int64_t grain = std::max<int64_t>(1, kGrain / columns);
  const int64_t chunks = (rows + grain - 1) / grain;
  float* partial = context.weights.floats(size_t(chunks * columns));
  parallelChunks(rows, grain, [&](int64_t begin, int64_t end) {
    float* sum = partial + begin / grain * columns;
    std::memset(sum, 0, columns * sizeof(float));
    for (int64_t r = begin; r < end; r++) {
      for (int64_t c = 0; c < columns; c++) sum[c] += x[r * columns + c];
    }
  });
  std::memset(out, 0, columns * sizeof(float));
  for (int64_t chunk = 0; chunk < chunks; chunk++) {
    for (int64_t c = 0; c < columns; c++) out[c] += partial[chunk * columns + c];
  }
}

void scaleBytes(const uint8_t* bytes, float* out, int64_t count) {
  parallelChunks(count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) out[i] = float(bytes[i]) / 255.f;
  });
}

}  // namespace mario
