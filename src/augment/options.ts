/**
 * Schemas of options that several augmentations have.
 *
 * @module
 */
import { z } from "zod";
import type { Range, Spread } from "./draw.ts";
import type { EraseColor } from "./erase.ts";

/** A schema whose value is as it was written. */
export type Plain<T> = z.ZodType<T, T>;

/** A probability. */
export function chance(what: string, usual = 0.5): z.ZodDefault<z.ZodNumber> {
  return share().default(usual).describe(`Probability of ${what}.`);
}

/** A number from 0 to 1. */
export function share(): z.ZodNumber {
  return z.number().min(0).max(1);
}

/** Lowest and highest value. */
export function range(value: z.ZodNumber): Plain<Range> {
  return z.tuple([value, value])
    .refine(([low, high]) => low <= high, "the first number must not exceed the second") as Plain<Range>;
}

/** Lowest and highest value, or one number for how far either way, or for both. */
export function spread(value: z.ZodNumber, single: z.ZodNumber): Plain<Spread> {
  return z.union([single, range(value)]);
}

/** A byte for all channels, or one for each. */
export function color(): Plain<EraseColor> {
  const byte = z.int().min(0).max(255);
  return z.union([byte, z.tuple([byte, byte, byte])]) as Plain<EraseColor>;
}
