// A primitive with its arguments, for one thread of a team.
#pragma once

#include <initializer_list>
#include <utility>

#include "operands.hpp"

namespace mario {

/** Attributes of a primitive whose scratchpad is given: oneDNN's own belongs to the creating thread. */
inline dnnl::primitive_attr ownScratchpad(dnnl::primitive_attr attributes = {}) {
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/** Arguments by oneDNN's numbers; those with an empty description are left out. */
class Operation {
 public:
  template <class PrimitiveDescription>
  Operation(const dnnl::primitive& primitive, const PrimitiveDescription& description,
            const dnnl::engine& engine,
            std::initializer_list<std::pair<int, dnnl::memory::desc>> arguments)
      : primitive_(primitive) {
    for (const auto& [argument, desc] : arguments) {
      if (desc.get_size() > 0) arguments_.emplace(argument, unbound(desc, engine));
    }
    const auto scratchpad = description.scratchpad_desc();
    if (scratchpad.get_size() > 0) arguments_[DNNL_ARG_SCRATCHPAD] = dnnl::memory(scratchpad, engine);
  }

  void run(dnnl::stream& stream, std::initializer_list<std::pair<int, const void*>> arrays) {
    for (const auto& [argument, array] : arrays) bind(arguments_.at(argument), array);
    primitive_.execute(stream, arguments_);
    stream.wait();
  }

 private:
  dnnl::primitive primitive_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

}  // namespace mario
