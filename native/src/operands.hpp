// Arrays on their way into a primitive and out of it: in place, or rearranged where it wants that.
#pragma once

#include <optional>

#include "context.hpp"

namespace mario {

/** A memory object whose data pointer is set before each execution. */
inline dnnl::memory unbound(const dnnl::memory::desc& desc, const dnnl::engine& engine) {
  return {desc, engine, nullptr};
}

inline void bind(dnnl::memory& target, const void* data) {
  target.set_data_handle(const_cast<void*>(data));
}

/** An array that a primitive reads. */
class Input {
 public:
  Input(const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted,
        const dnnl::engine& engine)
      : plain_(unbound(plain, engine)), wanted_(wanted) {
    if (wanted == plain) return;
    own_ = dnnl::memory(wanted, engine);
    reorder_ = dnnl::reorder(plain_, own_);
  }

  /** The array as the primitive wants it. */
  dnnl::memory& bound(Context& context, const float* data) {
    bind(plain_, data);
    if (!reorder_) return plain_;
    reorder_->execute(context.stream, plain_, own_);
    return own_;
  }

  /** The same for weights, whose arrangement is kept for as long as their version stays. */
  template <class Data>
  dnnl::memory& arranged(Context& context, WeightsVersion weights, const Data& data) {
    if (!reorder_ || weights.id == 0) return bound(context, data());
    auto& kept = context.arrangedWeights[weights.id];
    for (auto& [memory, version] : kept) {
      if (memory.get_desc() != wanted_) continue;
      if (version != weights.version) {
        bind(plain_, data());
        reorder_->execute(context.stream, plain_, memory);
        version = weights.version;
      }
      return memory;
    }
    kept.push_back({dnnl::memory(wanted_, context.engine), weights.version});
    bind(plain_, data());
    reorder_->execute(context.stream, plain_, kept.back().memory);
    return kept.back().memory;
  }

 private:
  dnnl::memory plain_, own_;
  dnnl::memory::desc wanted_;
  std::optional<dnnl::reorder> reorder_;
};

/** An array that a primitive writes. */
class Output {
 public:
  Output(const dnnl::memory::desc& plain, const dnnl::memory::desc& given,
         const dnnl::engine& engine)
      : plain_(unbound(plain, engine)) {
    if (given == plain) return;
    own_ = dnnl::memory(given, engine);
    reorder_ = dnnl::reorder(own_, plain_);
  }

  /** Where the primitive writes; {@link finish} then has it in `data`. */
  dnnl::memory& bound(float* data) {
    bind(plain_, data);
    return reorder_ ? own_ : plain_;
  }

  void finish(dnnl::stream& stream) {
    if (reorder_) reorder_->execute(stream, own_, plain_);
  }

 private:
  dnnl::memory plain_, own_;
  std::optional<dnnl::reorder> reorder_;
};

}  // namespace mario
