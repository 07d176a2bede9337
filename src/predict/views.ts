/**
 * Views: the variants of an image whose predictions are averaged in test-time augmentation.
 *
 * @module
 */
import { z } from "zod";
import { flipHorizontal, type Pixels, type Size } from "../augment/mod.ts";
import { part, type Registry, type SpecOf } from "../core/parts.ts";

/** Turns one image `[H, W, 3]` into a view of it, in place. */
export type View = (pixels: Pixels, size: Size) => void;

/** Every view, by the name used in configs. */
export const VIEWS = {
  identity: part(z.strictObject({}), (): View => () => {}),
  flip: part(z.strictObject({}), (): View => flipHorizontal),
} satisfies Registry<View>;

/** A view's name and options. */
export type ViewSpec = SpecOf<typeof VIEWS>;
