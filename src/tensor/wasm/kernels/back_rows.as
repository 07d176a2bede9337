/**
 * Rows of the input gradient of a depthwise convolution. A result column meets every `strideX`-th tap: columns fall into
 * classes by the first of theirs, and each class is a convolution at stride 1 of the output gradient, whose rows lie in the
 * ring as they are, with zeros left and right. The filter is prepared mirrored.
 */
import { Geometry } from "./convolution";
import { columnsRead, slide } from "./slide";

/** Zero columns before a row of the output gradient. */
@inline
export function leadColumns(g: Geometry): i32 {
  return (g.filterWidth - 1) / g.strideX;
}

/** Columns of a padded row of the output gradient. */
export function gradientColumns(g: Geometry): i32 {
  const far = (g.left + g.strideX - 1) / g.strideX + columnsRead((g.width + g.strideX - 1) / g.strideX, 1, 1);
  return leadColumns(g) + max(g.gridWidth, far);
}

/**
 * A row of the input gradient.
 *
 * @param table Pairs of rows of the output gradient and rows of the filter.
 * @param out `width` pixels.
 */
export function slideBack(g: Geometry, table: usize, pairs: i32, out: usize, pixel: usize): void {
  const stride = g.strideX;
  for (let first = 0; first < min(stride, g.filterWidth); first++) {
    const column = (first + stride - g.left % stride) % stride, taps = (g.filterWidth - first + stride - 1) / stride;
    if (column >= g.width) continue;
    const start = (column + g.left - first) / stride - (taps - 1) + leadColumns(g);
    const tap = g.filterWidth - 1 - first - (taps - 1) * stride;
    slide(
      table, pairs, <usize>start * pixel, <usize>tap * pixel, taps, <usize>stride * pixel, 1, out + <usize>column * pixel,
      <usize>stride * pixel, (g.width - column + stride - 1) / stride, pixel,
    );
  }
  for (let first = g.filterWidth; first < stride; first++) {
    const column = (first + stride - g.left % stride) % stride; // no tap reaches it
    for (let i = column; i < g.width; i += stride) memory.fill(out + <usize>i * pixel, 0, pixel);
  }
}
