// Observations on their way into the first convolution: bytes to float32 in [0, 1], in its layout.
#pragma once

#include "context.hpp"

namespace mario {

/**
 * Rows of `[rows, height, width, channels] uint8` as float32 / 255.
 * @param s the first convolution; its batch is not looked at
 * @param rearranged whether it wants blocks of pixels (space to depth), padding included
 */
void scaleObservations(const ConvolutionShape& s, bool rearranged, const uint8_t* bytes, int rows,
                       float* out);

}  // namespace mario
