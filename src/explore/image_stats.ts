/**
 * How bright, rich in contrast and sharp each image is, and which stand out. Sharpness is the variance of the Laplacian
 * (Pech-Pacheco et al., 2000, https://doi.org/10.1109/ICPR.2000.903548); what stands out is told by the robust z-score
 * from the median absolute deviation (Iglewicz and Hoaglin, 1993,
 * https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm).
 *
 * @module
 */
import type { ImageSet, Size } from "../core/records.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { letIn } from "./let_in.ts";

/** What counts as standing out, and how the work is followed. */
export interface ImageStatsOptions extends WatchOptions {
  /** The least absolute robust z-score of an outlier; 3.5 unless given, Iglewicz and Hoaglin's advice. */
  readonly limit?: number;
}

/** What is measured of an image, and what one is called that has little or much of it. */
export const MEASURES = {
  brightness: ["dark", "bright"],
  contrast: ["flat", "harsh"],
  sharpness: ["blurred", "noisy"],
} as const;

/** The measures' names. */
export type Measure = keyof typeof MEASURES;

const NAMES = Object.keys(MEASURES) as Measure[];

/** The least absolute robust z-score of an outlier, by Iglewicz and Hoaglin's advice. */
export const OUTLIER_LIMIT = 3.5;

/** Images read at a time. */
const BATCH = 64;

/** The share of normal deviates within one median absolute deviation makes this times the deviation. */
const NORMAL = 0.6745;

/**
 * Measures each image: the mean and the standard deviation of its grey values, 0..1, and the variance of their Laplacian
 * over all pixels but the outermost, of grey values 0..255. Grey is 0.299 red + 0.587 green + 0.114 blue. A z-score compares
 * an image with the others; sharpness, which spans powers of ten, is compared by its logarithm (of one plus it).
 *
 * @example
 * ```ts
 * import { imageStats } from "maskfold";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const fillBatch = (_: ArrayLike<number>, out: Uint8Array) => out.fill(51);
 * const images = { ids: ["a"], size: [3, 4] as const, digest: "", faults: [], fillBatch, close() {} };
 * const [row] = (await imageStats(images)).toRecords();
 * assertAlmostEquals(Number(row?.brightness), 0.2);
 * assertEquals([row?.contrast, row?.sharpness], [0, 0]);
 * ```
 *
 * @param images N decoded images, all of one size; sharpness depends on that size.
 * @returns A row an image, in the set's order: `id`, `brightness`, `contrast`, `sharpness`, the same with `Z` behind for their
 * robust z-scores, and `outlier`, which names what stands out ("dark", "bright", "flat", "harsh", "blurred", "noisy"), or is
 * missing. Of an image that could not be decoded all is missing.
 */
export async function imageStats(
  images: ImageSet,
  { limit = OUTLIER_LIMIT, signal, onProgress }: ImageStatsOptions = {},
): Promise<DataFrame> {
  const faulty = new Set(images.faults.map(({ id }) => id));
  const chosen = [...images.ids.keys()].filter((i) => !faulty.has(images.ids[i]));
  const measure = measurer(images.size), stride = images.size[0] * images.size[1] * 3;
  const buffer = new Uint8Array(Math.min(BATCH, chosen.length) * stride);
  const found = new Array<Measures | undefined>(images.ids.length).fill(undefined);
  for (let start = 0; start < chosen.length; start += BATCH) {
    const batch = chosen.slice(start, start + BATCH);
    images.fillBatch(batch, buffer);
    for (const [b, i] of batch.entries()) {
      found[i] = measure(buffer.subarray(b * stride, (b + 1) * stride));
    }
    onProgress?.({ done: start + batch.length, total: chosen.length });
    await letIn(signal);
  }
  const values = NAMES.map((name) => found.map((row) => row?.[name] ?? null));
  const scores = values.map((column, m) =>
    robustZ(column.map((value) => value === null ? null : comparable(NAMES[m]!, value)))
  );
  return await makeFrame({
    id: [...images.ids],
    ...Object.fromEntries(NAMES.map((name, m) => [name, values[m]!])),
    ...Object.fromEntries(NAMES.map((name, m) => [`${name}Z`, scores[m]!])),
    outlier: found.map((_, i) => outlierOf(scores.map((column) => column[i]!), limit)),
  });
}

/** A value on the scale on which images are compared: sharpness, which spans powers of ten, by its logarithm. */
export function comparable(name: Measure, value: number): number {
  return name === "sharpness" ? Math.log1p(value) : value;
}

function outlierOf(scores: readonly (number | null)[], limit: number): string | null {
  const names = scores.flatMap((z, m) => z === null || Math.abs(z) < limit ? [] : [MEASURES[NAMES[m]!][z < 0 ? 0 : 1]]);
  return names.length > 0 ? names.join(", ") : null;
}

/**
 * Robust z-scores: 0.6745 times the distance to the median, over the median absolute deviation.
 *
 * @param values N numbers; null where missing.
 * @returns N scores, null where the value is. Where more than half of the values are equal, they have 0 and all others infinity.
 */
export function robustZ(values: readonly (number | null)[]): (number | null)[] {
  const { middle, spread } = robustScale(values.filter((value) => value !== null));
  return values.map((value) => {
    if (value === null) return null;
    return value === middle ? 0 : NORMAL * (value - middle) / spread;
  });
}

/** The median, and the median of the absolute distances to it. */
function robustScale(values: readonly number[]): { readonly middle: number; readonly spread: number } {
  const middle = median(values);
  return { middle, spread: median(values.map((value) => Math.abs(value - middle))) };
}

/**
 * Where outliers begin.
 *
 * @param values Numbers, at least one.
 * @param limit The least absolute robust z-score of an outlier.
 * @returns The values of that score, below and above the median.
 */
export function robustBounds(values: readonly number[], limit: number): [low: number, high: number] {
  const { middle, spread } = robustScale(values), away = limit * spread / NORMAL;
  return [middle - away, middle + away];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

type Measures = Readonly<Record<Measure, number>>;

/** Measures images `[H, W, 3]` one after the other. */
function measurer([height, width]: Size): (pixels: Uint8Array) => Measures {
  const grey = new Float64Array(height * width);
  const laplacian = new Float64Array(Math.max(0, height - 2) * Math.max(0, width - 2));
  return (pixels) => {
    for (let p = 0, k = 0; p < grey.length; p++, k += 3) {
      grey[p] = 0.299 * pixels[k]! + 0.587 * pixels[k + 1]! + 0.114 * pixels[k + 2]!;
    }
    for (let y = 1, o = 0; y < height - 1; y++) {
      for (let p = y * width + 1, end = (y + 1) * width - 1; p < end; p++) {
        laplacian[o++] = grey[p - 1]! + grey[p + 1]! + grey[p - width]! + grey[p + width]! - 4 * grey[p]!;
      }
    }
    const [brightness, variance] = moments(grey);
    return { brightness: brightness / 255, contrast: Math.sqrt(variance) / 255, sharpness: moments(laplacian)[1] };
  };
}

/** Mean and variance, centred so that little of a flat image's is lost to rounding; 0 of nothing. */
function moments(values: Float64Array): [mean: number, variance: number] {
  if (values.length === 0) return [0, 0];
  let offset = 0, square = 0;
  const first = values[0]!; // a flat image has exactly its own grey, and no variance
  for (let i = 0; i < values.length; i++) offset += values[i]! - first;
  const mean = offset / values.length;
  for (let i = 0; i < values.length; i++) square += (values[i]! - first - mean) ** 2;
  return [first + mean, square / values.length];
}
