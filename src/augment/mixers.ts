/**
 * Mixing within a batch by name: mixup (Zhang et al., 2017, https://arxiv.org/abs/1710.09412), CutMix (Yun et al., 2019,
 * https://arxiv.org/abs/1905.04899), and CutMix of upright halves, which keeps both halves of a face in their places.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { randomInt, type Rng } from "../core/rng.ts";
import { show } from "../core/check.ts";
import { randomBeta } from "./beta.ts";
import { applyCutMix, applyMixup, type Mix, type MixContext, mixTargets } from "./mix.ts";
import { drawPartners, type Within } from "./partners.ts";
import { borrowCopy, type Box } from "./pixels.ts";

/** Options that every way of mixing has. */
export interface MixOptions {
  /** Probability of mixing, 0..1. */
  readonly chance: number;
  /** Whether one coin and one share hold for the whole batch, or each image has its own. */
  readonly per: "batch" | "image";
}

/** Options of {@linkcode mixup} and {@linkcode cutMix}. */
export interface MixupOptions extends MixOptions {
  /** The share is drawn from Beta(alpha, alpha); above 0. */
  readonly alpha: number;
}

/** Options of {@linkcode verticalCutMix}. */
export interface VerticalCutMixOptions extends MixOptions {
  /** Whose halves are joined: of one class, of any two images, or of two classes. */
  readonly within: Within;
}

/** Mixes one image with another and returns its own share. */
type Change = (pixels: Uint8Array, other: Uint8Array, size: Size) => number;

/** Weights images with one another by a share from Beta(alpha, alpha). */
export function mixup({ alpha, ...options }: MixupOptions): Mix {
  return mixer(options, "any", (rng) => {
    const lambda = randomBeta(alpha, rng);
    return (pixels, other) => applyMixup(pixels, other, lambda);
  });
}

/** Puts a box of another image into each, whose area is drawn from Beta(alpha, alpha) before the edges cut it. */
export function cutMix({ alpha, ...options }: MixupOptions): Mix {
  return mixer(options, "any", (rng, size) => {
    const box = drawCutMix(alpha, size, rng);
    return (pixels, other, size) => applyCutMix(pixels, other, size, box);
  });
}

/** Joins each image's left half with another's right half; the middle column of an odd width is its own. */
export function verticalCutMix({ within, ...options }: VerticalCutMixOptions): Mix {
  return mixer(options, within, (_rng, [height, width]) => {
    const left = Math.ceil(width / 2), box = { top: 0, left, height, width: width - left };
    return (pixels, other, size) => applyCutMix(pixels, other, size, box);
  });
}

/**
 * Draws CutMix's box: its sides are a share of the image's, its centre is anywhere, and what hangs over the edges is cut.
 *
 * @param alpha The area left to the image is drawn from Beta(alpha, alpha).
 * @param size Height and width in pixels.
 * @param rng Where it is drawn from.
 */
export function drawCutMix(alpha: number, [height, width]: Size, rng: Rng): Box {
  const side = Math.sqrt(1 - randomBeta(alpha, rng));
  const [left, right] = cut(randomInt(rng, width), Math.trunc(width * side), width);
  const [top, bottom] = cut(randomInt(rng, height), Math.trunc(height * side), height);
  return { top, left, height: bottom - top, width: right - left };
}

function cut(centre: number, length: number, side: number): readonly [number, number] {
  const half = length >> 1;
  return [Math.max(0, centre - half), Math.min(side, centre + half)];
}

/** Draws partners for a batch and, once or for each image, a coin and a change; partners are read as they were. */
function mixer({ chance, per }: MixOptions, within: Within, draw: (rng: Rng, size: Size) => Change): Mix {
  return (pixels, targets, context) => {
    checkBatch(pixels, targets, context);
    const { size, classes, labels = largestTargets(targets, classes), rng } = context;
    const count = targets.length / classes, stride = size[0] * size[1] * 3;
    const changes = rng.fork("changes");
    const drawn = () => changes() < chance ? draw(changes, size) : undefined;
    const shared = per === "batch" ? drawn() : undefined;
    if (per === "batch" && shared === undefined) return;
    const partners = drawPartners(Array.from({ length: count }, (_, i) => labels[i]!), within, rng.fork("partners"));
    const before = borrowCopy(pixels), targetsBefore = targets.slice();
    partners.forEach((partner, i) => {
      const change = per === "batch" ? shared : drawn();
      if (change === undefined || partner === i) return;
      const image = (bytes: Uint8Array, k: number) => bytes.subarray(k * stride, (k + 1) * stride);
      const lambda = change(image(pixels, i), image(before, partner), size);
      mixTargets(targets, targetsBefore, { i, partner, classes, lambda });
    });
  };
}

function checkBatch(pixels: Uint8Array, targets: Float32Array, { size, classes, labels }: MixContext): void {
  const count = targets.length / classes;
  const fits = Number.isInteger(count) && pixels.length === count * size[0] * size[1] * 3;
  if (fits && (labels === undefined || labels.length >= count)) return;
  const found = { pixels: pixels.length, targets: targets.length, labels: labels?.length, size, classes };
  throw new TypeError(
    `Cannot mix a batch as it must have H x W x 3 bytes, C targets and, if any, a label an image: current value is ${
      show(found)
    }`,
  );
}

function largestTargets(targets: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: targets.length / classes }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (targets[i * classes + c]! > targets[i * classes + best]!) best = c;
    return best;
  });
}
