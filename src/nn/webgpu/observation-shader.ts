import { eachShader } from "./shader.js";

/**
 * Bytes, four in a word, to their values in a table: WGSL's division may be off in the last bits
 * (W3C, "WGSL", accuracy of division: 2.5 ULP), and acting networks elsewhere scale exactly.
 */
export const SCALE_BYTES = eachShader({
  name: "scaleBytes",
  declarations: `
override words: u32;
@group(0) @binding(0) var<storage, read> bytes: array<u32>;
@group(0) @binding(1) var<storage, read> scaled: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;`,
  count: "words",
  body: `
  let word = bytes[i];
  y[i] = vec4<f32>(scaled[word & 255u], scaled[(word >> 8u) & 255u],
                   scaled[(word >> 16u) & 255u], scaled[word >> 24u]);`,
  threads: 256,
});
