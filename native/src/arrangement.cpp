#include "arrangement.hpp"

#include <algorithm>
#include <cstring>

#include "descriptions.hpp"
#include "kernels.hpp"

namespace mario {
namespace {

using dnnl::memory;

bool staysTogether(const std::vector<int>& places, size_t run) {
  if (places.size() % run != 0) return false;
  for (size_t i = 0; i < places.size(); i++) {
    const size_t first = i - i % run;
    const int wanted = places[first] < 0 ? -1 : places[first] + int(i - first);
    if (places[i] != wanted) return false;
  }
  return true;
}

/** Copies runs of a length that the compiler knows. */
template <size_t kRun, class Copy>
void forEachRun(const std::vector<int>& from, const Copy& copy) {
  for (size_t i = 0; i < from.size(); i++) copy(i * kRun, from[i], kRun);
}

template <class Copy>
void forEachRun(size_t run, const std::vector<int>& from, const Copy& copy) {
  if (run == 16) return forEachRun<16>(from, copy);
  if (run == 8) return forEachRun<8>(from, copy);
  forEachRun<1>(from, copy);
}

/** Digits are factors of either kind without rounding. */
constexpr size_t kDigits = 3, kBase = 256;

}  // namespace

Arrangement::Arrangement(const dnnl::engine& engine, const ConvolutionShape& given, bool rearranged,
                         const memory::desc& wanted, FactorKind kind)
    : kind_(kind) {
  const ConvolutionShape shape = rearranged ? spaceToDepthShape(given) : given;
  const memory::desc plain = Descriptions(shape, false).plainWeights;
  const size_t count = plain.get_size() / sizeof(float);
  // Each weight is its own number, counted from 1 since padding is 0: oneDNN says where it goes.
  std::vector<size_t> numbers(count);
  for (size_t i = 0; i < count; i++) numbers[i] = i + 1;
  if (rearranged) {
    std::vector<size_t> blocks(count);
    forEachKernelRun(given, [&](int64_t from, int64_t to) {
      std::copy_n(&numbers[size_t(from)], given.outChannels, &blocks[size_t(to)]);
    });
    numbers.swap(blocks);
  }
  arranged_ = wanted.get_size() / kind.bytes();
  std::vector<float> digits(count);
  AlignedBuffer moved;
  void* const room = kind.room(moved, arranged_);
  std::vector<int> places(arranged_, -1);
  dnnl::stream stream(engine);
  memory source(plain, engine, digits.data()), destination(wanted, engine, room);
  for (size_t digit = 0, unit = 1; digit < kDigits; digit++, unit *= kBase) {
    for (size_t i = 0; i < count; i++) digits[i] = float(numbers[i] / unit % kBase);
    std::memset(room, 0, arranged_ * kind.bytes());
    dnnl::reorder(source, destination).execute(stream, source, destination);
    stream.wait();
    for (size_t i = 0; i < arranged_; i++) places[i] += int(kind.floatAt(room, i)) * int(unit);
  }
  run_ = staysTogether(places, 16) ? 16 : staysTogether(places, 8) ? 8 : 1;
  for (size_t i = 0; i < places.size(); i += run_) from_.push_back(places[i]);
}

void Arrangement::arrange(const float* plain, void* arranged) const {
  if (kind_.bf16) {
    auto* to = static_cast<Bfloat*>(arranged);
    forEachRun(run_, from_, [=](size_t at, int from, size_t run) {
      for (size_t i = 0; i < run; i++) to[at + i] = from >= 0 ? toBfloat(plain[from + int(i)]) : 0;
    });
    return;
  }
  auto* to = static_cast<float*>(arranged);
  forEachRun(run_, from_, [=](size_t at, int from, size_t run) {
    if (from >= 0) {
      std::memcpy(to + at, plain + from, run * sizeof(float));
    } else {
      std::memset(to + at, 0, run * sizeof(float));
    }
  });
}

void Arrangement::restore(const float* arranged, float* plain) const {
  forEachRun(run_, from_, [=](size_t at, int to, size_t run) {
    if (to >= 0) std::memcpy(plain + to, arranged + at, run * sizeof(float));
  });
}

}  // namespace mario
