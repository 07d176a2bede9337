/**
 * Views: the variants of an image whose predictions are averaged in test-time augmentation.
 *
 * @module
 */
import { z } from "zod";
import { flipHorizontal, type Pixels } from "../augment/mod.ts";
import type { Size } from "../core/records.ts";
import { type Part, part, type SpecOf } from "../core/parts.ts";

/** Turns one image `[H, W, 3]` into a view of it, in place. */
export type View = (pixels: Pixels, size: Size) => void;

/** Every view, by the name used in configs. */
export const VIEWS: {
  readonly identity: Part<Record<never, never>, View>;
  readonly flip: Part<Record<never, never>, View>;
} = {
  identity: part(z.strictObject({}).describe("The image as it is."), (): View => () => {}),
  flip: part(z.strictObject({}).describe("The mirror image."), (): View => flipHorizontal),
};

/** A view's name and options. */
export type ViewSpec = SpecOf<typeof VIEWS>;
