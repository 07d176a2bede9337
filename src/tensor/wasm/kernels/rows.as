/**
 * Rows of images for the depthwise kernels. The rows that a result row needs are copied, with zeros left and right, into a
 * ring of padded rows, so that the inner loops know no edges; a row is copied once though as many result rows use it as a
 * filter has rows. In the ring, as in the prepared filters, channels are rounded up to a multiple of four.
 */
import { Geometry } from "./convolution";
import { normaliseInto } from "./normalise_rows";
import { floats } from "./simd";
import { columnsRead } from "./slide";

/** C rounded up to a multiple of four. */
@inline
export function channelsUp(C: i32): i32 {
  return (C + 3) & ~3;
}

/**
 * Copies a filter with its channels rounded up, and its columns in reverse order if `mirrored`.
 */
export function prepareFilter(filter: usize, out: usize, height: i32, width: i32, C: i32, mirrored: i32): void {
  const up = channelsUp(C);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const tap = y * width + (mirrored ? width - 1 - x : x);
      copyChannels(out + floats((y * width + x) * up), filter + floats(tap * C), C, up);
    }
  }
}

/** Copies the channels of a pixel, and zeros up to `up`. */
@inline
function copyChannels(to: usize, from: usize, C: i32, up: i32): void {
  memory.copy(to, from, floats(C));
  for (let c = C; c < up; c++) store<f32>(to + floats(c), 0);
}

/** Copies pixels into a padded row, `gap` floats apart. */
export function copyRow(to: usize, gap: i32, from: usize, pixels: i32, C: i32): void {
  const up = channelsUp(C);
  if (gap == C) return memory.copy(to, from, floats(pixels * C));
  for (let i = 0; i < pixels; i++) copyChannels(to + floats(i * gap), from + floats(i * C), C, up);
}

/** Copies a result row, whose channels are rounded up, to where it belongs. */
export function copyResult(to: usize, from: usize, pixels: i32, C: i32): void {
  const up = channelsUp(C);
  for (let i = 0; i < pixels; i++) memory.copy(to + floats(i * C), from + floats(i * up), floats(C));
}

/** The most rows of a filter. */
const MAX_ROWS: i32 = 32;
/** Bytes of a part's table of (image row, filter row) pairs. */
export const TABLE: usize = 8 * MAX_ROWS;

/** Puts a pair into a part's table. */
@inline
export function setPair(table: usize, index: i32, row: usize, filter: usize): void {
  const entry = table + (<usize>index << 3);
  store<u32>(entry, <u32>row);
  store<u32>(entry, <u32>filter, 4);
}

/** Columns of a padded row of the image. */
@inline
export function paddedWidth(g: Geometry): i32 {
  return max(g.width + max(0, g.left), columnsRead(g.gridWidth, g.filterWidth, g.strideX));
}

/** As `copyRow`, through a batch norm and its activation where there is one. */
export function placeRow(input: usize, to: usize, gap: i32, from: usize, pixels: i32, C: i32): void {
  if (input) normaliseInto(input, from, floats(C), to, floats(gap), pixels, 0, floats(C), 0);
  else copyRow(to, gap, from, pixels, C);
}
