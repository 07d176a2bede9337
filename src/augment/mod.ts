/**
 * Augmentations: random changes of one image's bytes, and mixing of a batch's, in place. They are built by name from
 * {@linkcode AUGMENTS} and {@linkcode MIXES}. What is drawn (`drawX`) is kept apart from what is done with it (`applyX`, or a
 * plain verb), so that the pixels can be held against torchvision's.
 *
 * @module
 */
export { AUGMENTS, type AugmentSpec } from "./augments.ts";
export type { Augment, Box, Pixels } from "./pixels.ts";
export type { BoxOptions, Range, Spread } from "./draw.ts";

export {
  applyColorJitter,
  brighten,
  type ColorChange,
  type ColorJitterOptions,
  contrast,
  drawColorJitter,
  saturate,
  toGrey,
  turnHue,
} from "./color.ts";
export { autocontrast, equalize, invert, posterize, solarize } from "./tone.ts";
export { flipHorizontal, flipVertical } from "./flip.ts";
export { sharpen } from "./sharpen.ts";
export type { ChanceOptions, PosterizeOptions, SharpenOptions, SolarizeOptions } from "./chances.ts";
export { applyBlur, drawSigma, type GaussianBlurOptions } from "./blur.ts";

export type { Fill, WarpOptions } from "./warp.ts";
export {
  type Affine,
  applyAffine,
  applyRotation,
  drawAffine,
  drawRotation,
  type RandomAffineOptions,
  type RotationOptions,
  type Shear,
} from "./affine.ts";
export { applyPerspective, type Corners, drawCorners, type PerspectiveOptions, type Point } from "./perspective.ts";
export {
  applyCrop,
  type CentreZoomOptions,
  type CropInterpolation,
  drawCrop,
  type RandomResizedCropOptions,
} from "./crop.ts";
export { applyErasing, applyNoise, drawErasing, type EraseColor, type RandomErasingOptions } from "./erase.ts";

export { applyOperation, type Operation, type OperationName, OPERATIONS } from "./operations.ts";
export {
  drawRandAugment,
  drawTrivialAugment,
  type RandAugmentOptions,
  type TrivialAugmentOptions,
} from "./policies.ts";

export { MIXES, type MixSpec } from "./mixes.ts";
export { applyCutMix, applyMixup, type Mix, type MixContext, mixTargets } from "./mix.ts";
export { drawCutMix, type MixOptions, type MixupOptions, type VerticalCutMixOptions } from "./mixers.ts";
export { drawPartners, type Within } from "./partners.ts";
export { randomBeta } from "./beta.ts";
