/**
 * Differentiable augmentation: the discriminator sees real and generated images only after random changes, through which the
 * generator's gradients go, so that little data is not learned by heart. Zhao et al., 2020, https://arxiv.org/abs/2006.10738
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { randomInt, type Rng } from "../core/rng.ts";
import { runCustomGradient } from "../tensor/custom_gradient.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../tensor/types.ts";

/**
 * Changes images at random, each in its own way; the result has a gradient.
 *
 * @param x Images `[B, H, W, 3]`, from -1 to 1.
 * @param rng Where the changes are drawn from.
 */
export type DiffAugment = (x: Tensor4D, rng: Rng) => Tensor4D;

/** Options of {@linkcode color}. */
export interface ColorOptions {
  /** Brightness goes up or down by up to half of this, of a range of 2. */
  readonly brightness: number;
  /** Saturation is multiplied by 1 - this to 1 + this. */
  readonly saturation: number;
  /** Contrast is multiplied by 1 - this to 1 + this. */
  readonly contrast: number;
}

/** Brightness, then saturation about each pixel's mean, then contrast about the image's mean. */
export function color({ brightness, saturation, contrast }: ColorOptions): DiffAugment {
  return (x, rng) =>
    tf.tidy(() => {
      const each = (draw: () => number) =>
        tf.tensor4d(Float32Array.from({ length: x.shape[0] }, draw), [x.shape[0], 1, 1, 1]);
      const shift = each(() => (rng() - 0.5) * brightness);
      const [saturate, stretch] = [saturation, contrast].map((most) => each(() => 1 + (2 * rng() - 1) * most));
      const bright = tf.add(x, shift);
      const vivid = about(bright, [3], saturate!);
      return about(vivid, [1, 2, 3], stretch!) as Tensor4D;
    });
}

/** Distances from a mean over some axes, multiplied. */
function about(x: Tensor, axes: number[], factor: Tensor): Tensor {
  const mean = tf.mean(x, axes, true);
  return tf.add(tf.mul(x, factor), tf.mul(mean, tf.sub(1, factor)));
}

/** Options of {@linkcode translation}. */
export interface TranslationOptions {
  /** How far an image is shifted along each axis, at most: a share of its side. */
  readonly ratio: number;
}

/** Shifts each image by whole pixels; zeros come in. */
export function translation({ ratio }: TranslationOptions): DiffAugment {
  return (x, rng) => {
    const [images, height, width] = x.shape;
    const draw = (side: number) => {
      const most = Math.floor(side * ratio + 0.5);
      return Array.from({ length: images }, () => randomInt(rng, 2 * most + 1) - most);
    };
    const [down, right] = [draw(height), draw(width)];
    return runCustomGradient({
      inputs: { x },
      forward: () => shifted(x, down, right),
      backward: (dy) => ({ x: () => shifted(dy as Tensor4D, down.map((n) => -n), right.map((n) => -n)) }),
    }) as Tensor4D;
  };
}

/** Images shifted by whole pixels down and to the right, with zeros where nothing comes from. */
function shifted(x: Tensor4D, down: readonly number[], right: readonly number[]): Tensor4D {
  const [images, height, width, channels] = x.shape;
  const around = (moves: readonly number[]) => moves.reduce((most, n) => Math.max(most, Math.abs(n)), 0);
  const [rows, columns] = [around(down), around(right)], [tall, wide] = [height + 2 * rows, width + 2 * columns];
  return tf.tidy(() => {
    const padded = tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]]);
    const lines = tf.reshape(padded, [images * tall, wide * channels]) as Tensor2D; // whole rows are copied, not pixels
    const moved = down.map((n, b) =>
      tf.slice(lines, [b * tall + rows - n, (columns - right[b]!) * channels], [height, width * channels])
    );
    return tf.reshape(tf.concat(moved), x.shape) as Tensor4D;
  });
}

/** Options of {@linkcode cutout}. */
export interface CutoutOptions {
  /** Side of the box that is cut out, as a share of the image's. */
  readonly ratio: number;
}

/** Puts a box of zeros over each image, whose centre is anywhere in it. */
export function cutout({ ratio }: CutoutOptions): DiffAugment {
  return (x, rng) => {
    const [images, height, width] = x.shape, mask = new Float32Array(images * height * width).fill(1);
    const box = (side: number) => {
      const length = Math.floor(side * ratio + 0.5), first = randomInt(rng, side + 1 - length % 2) - (length >> 1);
      return [Math.max(0, first), Math.min(side, first + length)] as const;
    };
    for (let b = 0; b < images; b++) {
      const [top, bottom] = box(height), [left, end] = box(width);
      for (let r = top; r < bottom; r++) mask.fill(0, (b * height + r) * width + left, (b * height + r) * width + end);
    }
    return tf.tidy(() => tf.mul(x, tf.tensor4d(mask, [images, height, width, 1])));
  };
}

const share = (value: number) => z.number().min(0).max(1).default(value);

/** Every differentiable augmentation, by the name used in configs. */
export const DIFF_AUGMENTS: {
  readonly color: Part<ColorOptions, DiffAugment>;
  readonly translation: Part<TranslationOptions, DiffAugment>;
  readonly cutout: Part<CutoutOptions, DiffAugment>;
} = {
  color: part(
    z.strictObject({
      brightness: share(1).describe("Brightness goes up or down by up to half of this, of a range of 2."),
      saturation: share(1).describe("Saturation is multiplied by 1 - this to 1 + this."),
      contrast: share(0.5).describe("Contrast is multiplied by 1 - this to 1 + this."),
    }).describe("Brightness, saturation and contrast of each image."),
    color,
  ),
  translation: part(
    z.strictObject({
      ratio: share(0.125).describe("How far an image is shifted along each axis, at most: a share of its side."),
    }).describe("Each image shifted by whole pixels."),
    translation,
  ),
  cutout: part(
    z.strictObject({ ratio: share(0.5).describe("Side of the box, as a share of the image's.") }).describe(
      "A box of zeros over each image.",
    ),
    cutout,
  ),
};

/** A differentiable augmentation's name and options. */
export type DiffAugmentSpec = SpecOf<typeof DIFF_AUGMENTS>;

/** Several, one after the other, each drawing from a generator of its own. */
export function diffAugmentChain(augments: readonly DiffAugment[]): DiffAugment {
  return (x, rng) => augments.reduce((image, augment, i) => augment(image, rng.fork(i)), x);
}
