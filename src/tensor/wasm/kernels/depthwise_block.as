/**
 * The backward pass of a depthwise convolution between two batch norms, in one go over the rows of its input: the gradient
 * through the second norm is computed as rows enter the ring, the image is normalised and activated anew, and the input
 * gradient leaves through the activation, with the sums that the first norm's gradients need. Nothing in between is
 * written out.
 */
import { gradientColumns, leadColumns, slideBack } from "./back_rows";
import { activateRow, leave, leaveThroughActivation, placeGradient } from "./block_rows";
import { Geometry } from "./convolution";
import { correlate } from "./correlate";
import { channelsUp, copyRow, paddedWidth, setPair, TABLE } from "./rows";
import { floats } from "./simd";

/**
 * Rows `from`..`to` of all images' rows. The geometry is that of the forward convolution.
 *
 * @param dz The gradient before the second norm's activation.
 * @param operand The second norm's input gradient, `GRADIENT`.
 * @param x The first norm's input; without a first norm, the convolution's own.
 * @param input The first norm, `Normalised`; 0 for none.
 * @param filter Prepared, mirrored.
 * @param dx The gradient before the first norm's activation; without a first norm, of the convolution's input.
 * @param residual Without a first norm: what is added to dx; 0 for nothing.
 * @param filters Sums `[KH, KW, C rounded up]` for each part.
 * @param sums With a first norm: the sum of dx `[C]`, and of dx times (x - mean) `[C]`, for each part.
 * @param scratch Room for the table, `filterHeight` padded rows of the gradient, a padded row of the image, and two rows,
 *   for each part.
 */
export function depthwiseBlock(
  dz: usize, operand: usize, x: usize, input: usize, filter: usize, dx: usize, residual: usize, filters: usize,
  sums: usize, geometry: usize, scratch: usize, stride: usize, part: i32, from: i32, to: i32,
): void {
  const g = changetype<Geometry>(geometry), C = g.channels, up = channelsUp(C), pixel = floats(up), taps = g.filterWidth;
  const table = scratch + <usize>part * stride, ring = table + TABLE;
  const rowBytes = <usize>gradientColumns(g) * pixel, lead = <usize>leadColumns(g) * pixel;
  const image0 = ring + <usize>g.filterHeight * rowBytes, slopes = image0 + <usize>paddedWidth(g) * pixel;
  const result = slopes + <usize>g.width * pixel;
  memory.fill(ring, 0, slopes - ring);
  const filterBytes = <usize>(g.filterHeight * taps) * pixel;
  filters += <usize>part * filterBytes;
  sums += <usize>part * 2 * floats(C);
  memory.fill(filters, 0, filterBytes);
  if (input) memory.fill(sums, 0, 2 * floats(C));
  let image = -1, copied = -1;
  for (let r = from; r < to; r++) {
    if (r / g.height != image) {
      image = r / g.height;
      copied = -1;
    }
    const y0 = r % g.height + g.top; // row oy of the gradient meets filter row y0 - oy stride
    const low = max(0, (y0 - g.filterHeight + g.strideY) / g.strideY), high = min(g.gridHeight - 1, y0 / g.strideY);
    for (let oy = max(low, copied + 1); oy <= high; oy++) {
      const source = dz + <usize>((image * g.gridHeight + oy) * g.gridWidth) * floats(C);
      placeGradient(ring + <usize>(oy % g.filterHeight) * rowBytes + lead, pixel, source, operand, g.gridWidth, C);
      copied = oy;
    }
    const o = <usize>(r * g.width) * floats(C), padded = image0 + <usize>g.left * pixel;
    if (input) activateRow(x + o, input, padded, slopes, g.width, C, up);
    else copyRow(padded, up, x + o, g.width, C);

    let pairs = 0;
    for (let oy = high; oy >= low; oy--) {
      const ky = y0 - oy * g.strideY;
      if (ky >= g.filterHeight) continue;
      setPair(table, pairs++, ring + <usize>(oy % g.filterHeight) * rowBytes, filter + <usize>(ky * taps) * pixel);
    }
    for (let i = 0; i < pairs; i++) {
      const pair = table + (<usize>i << 3), place = <usize>load<u32>(pair, 4) - filter; // the filter row's
      correlate(image0, <usize>load<u32>(pair) + lead, filters + place, taps, g.gridWidth, pixel, g.strideX);
    }
    slideBack(g, table, pairs, result, pixel);
    if (input) leaveThroughActivation(result, slopes, x + o, input, dx + o, sums, g.width, C, up);
    else leave(result, residual ? residual + o : 0, dx + o, g.width, C, up);
  }
}
