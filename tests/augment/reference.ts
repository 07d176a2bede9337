/**
 * What torchvision made of two small images, read from tests/reference, and the same done here.
 *
 * @module
 */
import * as augment from "../../src/augment/mod.ts";
import type { Size } from "../../src/core/records.ts";

/** One op with its parameters, and torchvision's pixels. */
export interface Case extends augment.WarpOptions {
  readonly op: string;
  readonly image: number;
  readonly amount: number;
  readonly kernel: number;
  readonly sigma: number;
  readonly affine: augment.Affine;
  readonly corners: augment.Corners;
  readonly box: augment.Box;
  readonly name: augment.OperationName;
  readonly magnitude: number;
}

/** Magnitudes by torchvision's names; none where an operation has no strength. */
export type Tables = Readonly<Record<string, readonly number[] | null>>;

interface Recorded {
  readonly sizes: readonly Size[];
  readonly cases: readonly Case[];
  readonly rand: readonly { readonly size: Size; readonly tables: Tables }[];
  readonly wide: Tables;
  readonly signed: readonly string[];
}

const at = (name: string) => new URL(`../reference/${name}`, import.meta.url);
const recorded: Recorded = JSON.parse(await Deno.readTextFile(at("augment.json")));
const bytes = await Deno.readFile(at("augment.bin"));

let offset = 0;
const take = ([height, width]: Size) => bytes.subarray(offset, offset += height * width * 3);

/** The images, with their height and width. */
export const IMAGES: readonly { readonly size: Size; readonly pixels: Uint8Array }[] = recorded.sizes.map((size) => ({
  size,
  pixels: take(size),
}));

/** Every case with torchvision's pixels. */
export const CASES: readonly { readonly given: Case; readonly expected: Uint8Array }[] = recorded.cases.map((
  given,
) => ({
  given,
  expected: take(IMAGES[given.image]!.size),
}));

/** Torchvision's tables of magnitudes. */
export const { rand: RAND, wide: WIDE, signed: SIGNED } = recorded;

if (offset !== bytes.length) throw new Error(`${bytes.length} bytes for cases of ${offset}`);

const OPS: Readonly<Record<string, (pixels: Uint8Array, size: Size, given: Case) => void>> = {
  brighten: (pixels, _size, { amount }) => augment.brighten(pixels, amount),
  contrast: (pixels, _size, { amount }) => augment.contrast(pixels, amount),
  saturate: (pixels, _size, { amount }) => augment.saturate(pixels, amount),
  turnHue: (pixels, _size, { amount }) => augment.turnHue(pixels, amount),
  posterize: (pixels, _size, { amount }) => augment.posterize(pixels, amount),
  solarize: (pixels, _size, { amount }) => augment.solarize(pixels, amount),
  sharpen: (pixels, size, { amount }) => augment.sharpen(pixels, size, amount),
  invert: augment.invert,
  autocontrast: augment.autocontrast,
  equalize: augment.equalize,
  toGrey: augment.toGrey,
  flipHorizontal: augment.flipHorizontal,
  flipVertical: augment.flipVertical,
  blur: augment.applyBlur,
  rotate: (pixels, size, given) => augment.applyRotation(pixels, size, given.amount, given),
  affine: (pixels, size, given) => augment.applyAffine(pixels, size, given.affine, given),
  perspective: (pixels, size, given) => augment.applyPerspective(pixels, size, given.corners, given),
  crop: (pixels, size, given) => augment.applyCrop(pixels, size, given.box, given),
  operation: (pixels, size, given) => augment.applyOperation(pixels, size, given, given),
};

/** What the case's op makes of its image here. */
export function perform(given: Case): Uint8Array {
  const { size, pixels } = IMAGES[given.image]!;
  const result = pixels.slice();
  OPS[given.op]!(result, size, given);
  return result;
}
