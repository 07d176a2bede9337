/**
 * Resizing bytes as Pillow does it, bit for bit: each side in turn, a filter as wide as the reduction, 22-bit weights and
 * bytes between the two passes. Written out because libvips differs from it by 10 of 255 where it enlarges and by 1 where
 * it reduces strongly, and weights trained elsewhere expect Pillow's pixels.
 * https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters
 *
 * @module
 */

/** The filters that image models are trained with. */
export type Interpolation = "bilinear" | "bicubic";

/** A rectangle in pixels. */
export interface Window {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** Three bytes a pixel, row by row. */
export interface Pixels {
  /** RGB bytes `[H, W, 3]`. */
  readonly data: Uint8Array;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
}

/** Source positions and weights of every output position along one side. */
interface Weights {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly values: Int32Array;
}

const BITS = 22; // Pillow's precision: 255 * 2^22 and the overshoot of a bicubic filter still fit 32 bits
const HALF = 1 << (BITS - 1);

const FILTERS: Readonly<Record<Interpolation, { reach: number; weigh: (x: number) => number }>> = {
  bilinear: { reach: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { reach: 2, weigh: (x) => cubic(Math.abs(x), -0.5) },
};

/** Keys' cubic convolution, 1981, https://doi.org/10.1109/TASSP.1981.1163711 */
function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/**
 * Resizes a picture and keeps a window of the result; nothing outside the window is computed.
 *
 * @param image The picture.
 * @param options The size to resize to, the filter, and the window of the resized picture to keep (all of it by default).
 * @returns The window's pixels.
 */
export function resample(
  image: Pixels,
  { height, width, interpolation = "bilinear", window = { top: 0, left: 0, height, width } }: {
    height: number;
    width: number;
    interpolation?: Interpolation;
    window?: Window;
  },
): Pixels {
  if (height === image.height && width === image.width) return cut(image, window);
  const rows = weightsOf(image.height, height, window.top, window.height, interpolation);
  const columns = weightsOf(image.width, width, window.left, window.width, interpolation);
  const top = rows.first[0]!;
  const bottom = rows.first[window.height - 1]! + rows.count[window.height - 1]!;
  const narrowed = narrow(image, columns, top, bottom);
  return { data: lower(narrowed, window.width * 3, rows, top), height: window.height, width: window.width };
}

/** A part of a picture, copied. */
function cut({ data, width: stride }: Pixels, { top, left, height, width }: Window): Pixels {
  const out = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * stride + left) * 3;
    out.set(data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data: out, height, width };
}

/** Weights for output positions `start .. start + length - 1` of a side of `size` pixels resized to `target`. */
function weightsOf(size: number, target: number, start: number, length: number, name: Interpolation): Weights {
  const { reach, weigh } = FILTERS[name];
  const scale = size / target;
  const stretch = Math.max(scale, 1);
  const support = size === target ? 0.5 : reach * stretch; // an unchanged side is copied
  const taps = Math.ceil(support) * 2 + 1;
  const [first, count] = [new Int32Array(length), new Int32Array(length)];
  const values = new Int32Array(length * taps);
  for (let i = 0; i < length; i++) {
    const centre = (start + i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(size, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: to - from }, (_, t) => weigh((from + t - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    first[i] = from;
    count[i] = to - from;
    raw.forEach((value, t) => {
      const scaled = value / sum * (1 << BITS);
      values[i * taps + t] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    });
  }
  return { taps, first, count, values };
}

/** The pass along each row, over the rows `top .. bottom - 1` of the picture. */
function narrow({ data, width }: Pixels, { taps, first, count, values }: Weights, top: number, bottom: number) {
  const length = first.length;
  const out = new Uint8ClampedArray((bottom - top) * length * 3);
  for (let y = top, o = 0; y < bottom; y++) {
    for (let x = 0; x < length; x++, o += 3) {
      let r = HALF, g = HALF, b = HALF;
      const end = x * taps + count[x]!;
      for (let t = x * taps, i = (y * width + first[x]!) * 3; t < end; t++, i += 3) {
        const weight = values[t]!;
        r += Math.imul(weight, data[i]!);
        g += Math.imul(weight, data[i + 1]!);
        b += Math.imul(weight, data[i + 2]!);
      }
      out[o] = r >> BITS;
      out[o + 1] = g >> BITS;
      out[o + 2] = b >> BITS;
    }
  }
  return out;
}

/** The pass down each column of rows that are `stride` bytes long and begin with the picture's row `top`. */
function lower(rows: Uint8ClampedArray, stride: number, { taps, first, count, values }: Weights, top: number) {
  const out = new Uint8ClampedArray(first.length * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < first.length; y++) {
    sums.fill(HALF);
    for (let t = 0; t < count[y]!; t++) {
      const weight = values[y * taps + t]!;
      const from = (first[y]! - top + t) * stride;
      for (let x = 0; x < stride; x++) sums[x] = sums[x]! + Math.imul(weight, rows[from + x]!);
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = sums[x]! >> BITS;
  }
  return new Uint8Array(out.buffer);
}
