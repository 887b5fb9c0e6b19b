/** `[240, 256] uint32`: a picture that differs from frame to frame, of few colours as a console's. */
export function testScreen(frame: number): Uint32Array {
  return Uint32Array.from({ length: 256 * 240 }, (_, i) => {
    const x = i & 255;
    const y = i >> 8;
    if (y < 20) return 0x0000ff;
    return ((x + 5 * frame) >> 4) % 2 === 0 ? 0xd04010 : 0x20c060;
  });
}
