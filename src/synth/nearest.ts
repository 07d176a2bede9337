/**
 * Whether generated images are learned by heart: how near the nearest training image of each is, against how near training
 * images of different persons are to one another.
 *
 * @module
 */
import { checkSameLength } from "../core/check.ts";
import { countRows } from "./frechet.ts";

/** FeatureRows of numbers: features, or pixels. */
export type FeatureRows = Float32Array | Uint8Array;

/** The nearest rows of another set. */
export interface NearestRows {
  /** Their places `[N]`; -1 where there is none. */
  readonly places: Int32Array;
  /** How far they are `[N]`; infinite where there is none. */
  readonly distances: Float64Array;
}

/** Numbers of a row after which it is asked whether it is too far already. */
const STRIDE = 64;

/**
 * Finds the nearest row of each, by Euclidean distance.
 *
 * @param from `[N, D]`.
 * @param to `[M, D]`, those that are found.
 * @param options D; and whether a pair counts, which all do unless given.
 */
export function nearestRows(
  from: FeatureRows,
  to: FeatureRows,
  { dims, counts = () => true }: { readonly dims: number; readonly counts?: (i: number, j: number) => boolean },
): NearestRows {
  const distances = new Float64Array(from.length / dims).fill(Infinity), places = new Int32Array(distances.length);
  places.fill(-1);
  const many = to.length / dims;
  for (let i = 0; i < distances.length; i++) {
    let best = Infinity;
    for (let j = 0; j < many; j++) {
      if (!counts(i, j)) continue;
      let sum = 0;
      for (let d = 0; d < dims && sum < best;) {
        for (const end = Math.min(dims, d + STRIDE); d < end; d++) {
          sum += (from[i * dims + d]! - to[j * dims + d]!) ** 2;
        }
      }
      if (sum >= best) continue;
      best = sum;
      places[i] = j;
    }
    distances[i] = Math.sqrt(best);
  }
  return { places, distances };
}

/** Share of the training images that are as near to another person's as what counts for learned by heart. */
const SHARE = 0.05;

/** How near generated images come to training images. */
export interface Nearness {
  /** The distance below which 5 % of the training images have their nearest one of another person. */
  readonly threshold: number;
  /** Share of the generated images that are nearer than that to a training image: about 0.05 for new persons, 1 for copies. */
  readonly share: number;
  /** The same share of real images that were held out; null without them. */
  readonly heldOut: number | null;
}

/**
 * Compares generated images with the training images. A mirrored copy is near in features, and not in pixels.
 *
 * @example
 * ```ts
 * import { nearness } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const train = Float32Array.of(0, 10, 21, 33); // a copy and a newcomer are generated
 * const found = nearness(Float32Array.of(10.5, 50), train, { dims: 1, groups: ["a", "b", "c", "d"] });
 * assertEquals([found.share, [...found.nearest.places]], [0.5, [1, 3]]);
 * ```
 *
 * @param generated `[N, D]`, features or pixels.
 * @param train `[M, D]`.
 * @param options D; whom each training image shows; held-out real images `[K, D]`, whose persons are not in training; and which
 * training images the threshold is taken of, all unless given.
 * @returns The shares, and the nearest training image of each generated one.
 * @throws {TypeError} If there are not as many groups as training images.
 * @throws {RangeError} If the training images are of fewer than two groups.
 */
export function nearness(
  generated: FeatureRows,
  train: FeatureRows,
  { dims, groups, heldOut, some = Int32Array.from(groups, (_, i) => i) }: {
    readonly dims: number;
    readonly groups: readonly string[];
    readonly heldOut?: FeatureRows;
    readonly some?: Int32Array;
  },
): Nearness & { readonly nearest: NearestRows } {
  checkSameLength("compare with training images", { groups, images: { length: countRows("compare", train, dims) } });
  const own = new (train.constructor as Float32ArrayConstructor)(some.length * dims);
  some.forEach((i, k) => own.set(train.subarray(i * dims, (i + 1) * dims), k * dims));
  const apart = nearestRows(own, train, { dims, counts: (k, j) => groups[some[k]!] !== groups[j] }).distances.sort();
  if (!Number.isFinite(apart[0]!)) {
    throw new RangeError("Cannot compare with training images as they must show at least two persons: all show one");
  }
  const threshold = apart[Math.floor(SHARE * apart.length)]!;
  const below = ({ distances }: NearestRows) => distances.filter((x) => x < threshold).length / distances.length;
  const nearest = nearestRows(generated, train, { dims });
  return {
    threshold,
    share: below(nearest),
    heldOut: heldOut && heldOut.length > 0 ? below(nearestRows(heldOut, train, { dims })) : null,
    nearest,
  };
}
