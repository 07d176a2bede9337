/**
 * Making a batch ready: augmentation, mixing and normalisation of its images. It knows no tensor, so that a worker can do it.
 *
 * @module
 */
import { type Augment, AUGMENTS, type AugmentSpec, type Mix, MIXES, type MixSpec } from "../augment/mod.ts";
import { build } from "../core/parts.ts";
import { type Rng, seededRng } from "../core/rng.ts";
import { type InputSpec, normaliser } from "../models/input.ts";

/** What holds for all batches. */
export interface PrepareOptions {
  /** Random changes of each image, in this order. */
  readonly augments: readonly AugmentSpec[];
  /** Ways of mixing images of a batch and their targets, one after the other, each with its own chance. */
  readonly mixes?: readonly MixSpec[];
  /** C, the number of classes. */
  readonly classes: number;
  /** Numbers in a row of targets: C unless given, 2 C with soft targets. */
  readonly width?: number;
  /** The model's input step. */
  readonly input: InputSpec;
}

/** One batch, to be made ready where it lies. */
export interface Prepared {
  /** Images `[B, H, W, 3]`, RGB 0..255; changed. */
  readonly bytes: Uint8Array;
  /** Target probabilities `[B, C]`, or `[B, 2 C]` with soft targets; changed where images are mixed. */
  readonly targets: Float32Array;
  /** Normalised pixels `[B, H, W, 3]`; filled. */
  readonly values: Float32Array;
}

/** Which batch it is. */
export interface BatchKey {
  /** The run's seed. */
  readonly seed: number;
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The place of its first image in the epoch. */
  readonly first: number;
  /** Its images. */
  readonly count: number;
}

/** Makes what makes batches ready. Each image's augmentation is drawn from a generator of its own, by epoch and place. */
export function preparer(
  { augments, mixes = [], classes, width = classes, input }: PrepareOptions,
): (batch: Prepared, key: BatchKey) => void {
  const changes = augments.map((spec) => build("augment", AUGMENTS, spec) as Augment);
  const mixers = mixes.map((spec) => build("mix", MIXES, spec) as Mix);
  const normalise = normaliser(input), stride = input.size[0] * input.size[1] * 3;
  return ({ bytes, targets, values }, { seed, epoch, first, count }) => {
    const rng = augmentRng(seed, epoch);
    for (let i = 0; i < count; i++) {
      const draw = rng.fork(first + i), pixels = bytes.subarray(i * stride, (i + 1) * stride);
      changes.forEach((change, c) => change(pixels, input.size, draw.fork(c)));
    }
    const pixels = bytes.subarray(0, count * stride), shares = targets.subarray(0, count * width);
    mixers.forEach((mix, m) => {
      const labels = width === classes ? undefined : largestTargets(shares, { classes, width });
      mix(pixels, shares, { size: input.size, classes: width, labels, rng: rng.fork(`mix ${first}`).fork(m) });
    });
    normalise(bytes, values.subarray(0, count * stride));
  };
}

/** The classes of the largest targets: of the labels, or where none has a share, of the soft targets. */
function largestTargets(
  targets: Float32Array,
  { classes, width }: { readonly classes: number; readonly width: number },
): Int32Array {
  const largest = (row: Float32Array) => row.indexOf(row.reduce((most, share) => Math.max(most, share), 0));
  return Int32Array.from({ length: targets.length / width }, (_, i) => {
    const row = targets.subarray(i * width, (i + 1) * width), own = row.subarray(0, classes);
    return largest(own.some((share) => share > 0) ? own : row.subarray(classes));
  });
}

function augmentRng(seed: number, epoch: number): Rng {
  return seededRng(seed).fork("epoch").fork(epoch).fork("augment");
}
