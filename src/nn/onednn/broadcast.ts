/** Two operands of one shape `size`; a stride of 0 repeats an operand along that axis. */
export interface Broadcast {
  readonly size: readonly [number, number, number];
  readonly strideA: readonly [number, number, number];
  readonly strideB: readonly [number, number, number];
}

/**
 * NumPy's rule for operands of two shapes, with neighbouring axes merged where that changes nothing:
 * `[32, 11, 11, 64] + [64]` has the axes 3,872 and 64.
 * @returns `undefined` where more than three axes are left
 */
export function broadcastOf(
  a: readonly number[],
  b: readonly number[],
  out: readonly number[],
): Broadcast | undefined {
  const axes: { size: number; strideA: number; strideB: number }[] = [];
  let [stepA, stepB] = [1, 1];
  for (let back = 1; back <= out.length; back++) {
    const size = out.at(-back)!;
    const [sizeA, sizeB] = [a.at(-back) ?? 1, b.at(-back) ?? 1];
    if (size === 1) continue;
    const strideA = sizeA === 1 ? 0 : stepA;
    const strideB = sizeB === 1 ? 0 : stepB;
    stepA *= sizeA;
    stepB *= sizeB;
    const inner = axes[0] as (typeof axes)[0] | undefined;
    const follows = (stride: number, innerStride: number): boolean =>
      stride === innerStride * (inner?.size ?? 0);
    if (inner && follows(strideA, inner.strideA) && follows(strideB, inner.strideB)) {
      inner.size *= size;
    } else {
      axes.unshift({ size, strideA, strideB });
    }
  }
  if (axes.length > 3) return undefined;
  while (axes.length < 3) axes.unshift({ size: 1, strideA: 0, strideB: 0 });
  const [i, j, k] = axes;
  return {
    size: [i.size, j.size, k.size],
    strideA: [i.strideA, j.strideA, k.strideA],
    strideB: [i.strideB, j.strideB, k.strideB],
  };
}

/** How many values an operand with these strides holds at least. */
export function extent(size: readonly number[], stride: readonly number[]): number {
  return 1 + size.reduce((last, length, axis) => last + (length - 1) * stride[axis], 0);
}
