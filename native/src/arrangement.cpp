#include "arrangement.hpp"

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

}  // namespace

Arrangement::Arrangement(const dnnl::engine& engine, const ConvolutionShape& given, bool rearranged,
                         const memory::desc& wanted) {
  const ConvolutionShape shape = rearranged ? spaceToDepthShape(given) : given;
  const memory::desc plain = Descriptions(shape, false).plainWeights;
  const size_t count = plain.get_size() / sizeof(float);
  // Each weight is its own number, counted from 1 since padding is 0: oneDNN says where it goes.
  std::vector<float> numbers(count), moved(wanted.get_size() / sizeof(float), 0.f);
  for (size_t i = 0; i < count; i++) numbers[i] = float(i + 1);
  if (rearranged) {
    std::vector<float> blocks(count);
    forEachKernelRun(given, [&](int64_t from, int64_t to) {
      std::memcpy(&blocks[size_t(to)], &numbers[size_t(from)], given.outChannels * sizeof(float));
    });
    numbers.swap(blocks);
  }
  dnnl::stream stream(engine);
  memory source(plain, engine, numbers.data()), destination(wanted, engine, moved.data());
  dnnl::reorder(source, destination).execute(stream, source, destination);
  stream.wait();
  std::vector<int> places(moved.size());
  for (size_t i = 0; i < moved.size(); i++) places[i] = int(moved[i]) - 1;
  arranged_ = places.size();
  run_ = staysTogether(places, 16) ? 16 : staysTogether(places, 8) ? 8 : 1;
  for (size_t i = 0; i < places.size(); i += run_) from_.push_back(places[i]);
}

void Arrangement::arrange(const float* plain, float* arranged) const {
  forEachRun(run_, from_, [=](size_t to, int from, size_t run) {
    if (from >= 0) {
      std::memcpy(arranged + to, plain + from, run * sizeof(float));
    } else {
      std::memset(arranged + to, 0, run * sizeof(float));
    }
  });
}

void Arrangement::restore(const float* arranged, float* plain) const {
  forEachRun(run_, from_, [=](size_t at, int to, size_t run) {
    if (to >= 0) std::memcpy(plain + to, arranged + at, run * sizeof(float));
  });
}

}  // namespace mario
