/**
 * OptionRanges that options are drawn from in a random search (Bergstra and Bengio, 2012,
 * https://www.jmlr.org/papers/v13/bergstra12a.html).
 *
 * @module
 */
import { z } from "zod";
import { show } from "../core/check.ts";
import { faultText } from "../core/parts.ts";
import { randomInt, type Rng } from "../core/rng.ts";

/** Where an option's values are drawn from. */
export type OptionRange =
  /** Even on a logarithmic scale, between two positive numbers. */
  | { readonly log: readonly [from: number, to: number] }
  /** Even between two numbers. */
  | { readonly uniform: readonly [from: number, to: number] }
  /** A whole number, both ends included. */
  | { readonly int: readonly [from: number, to: number] }
  /** One of some values: part names, specs, numbers, ... */
  | { readonly choice: readonly unknown[] };

/** OptionRanges by option: `lr`, `model.dropPath`. */
export type OptionRanges = Readonly<Record<string, OptionRange>>;

const ends = (number: z.ZodNumber) =>
  z.tuple([number, number]).refine(([from, to]) => from < to, {
    error: ({ input }) => `The first end must be below the second: current ends are ${(input as number[]).join(", ")}`,
  });

const KINDS = {
  log: ends(z.number().positive()),
  uniform: ends(z.number()),
  int: ends(z.int()),
  choice: z.array(z.unknown()).min(1),
};

/** A union would only say that no kind fits, and stop there; so each range is checked by its own kind. */
const RANGES = z.record(z.string(), z.unknown()).superRefine((ranges, context) => {
  const fault = (message: string, ...path: PropertyKey[]) => context.addIssue({ code: "custom", message, path });
  if (Object.keys(ranges).length === 0) fault("There must be at least one option");
  for (const [option, range] of Object.entries(ranges)) {
    if (option === "seed" || option === "folds") {
      fault("It decides who is held out, so that trials could not be compared", option);
    }
    const keys = typeof range === "object" && range !== null ? Object.keys(range) : [], [kind] = keys;
    if (keys.length !== 1 || !Object.hasOwn(KINDS, kind!)) {
      const kinds = Object.keys(KINDS).map((name) => `{"${name}": [...]}`).join(", ");
      fault(`It must be one of ${kinds}: current value is ${show(range)}`, option);
    } else {
      const result = KINDS[kind as keyof typeof KINDS].safeParse((range as Record<string, unknown>)[kind!]);
      for (const { message, path } of result.error?.issues ?? []) fault(message, option, kind!, ...path);
    }
  }
});

/**
 * Checks ranges, as read from a JSON file.
 *
 * @example
 * ```ts
 * import { checkRanges } from "maskfold";
 * import { assertThrows } from "@std/assert";
 *
 * checkRanges({ lr: { log: [1e-5, 1e-2] }, "model.dropPath": { uniform: [0, 0.4] }, batchSize: { int: [16, 64] } });
 * assertThrows(() => checkRanges({ lr: { log: [0, 1] }, loss: { choice: [] } }), TypeError, "loss.choice");
 * ```
 *
 * @param value The ranges.
 * @returns The same.
 * @throws {TypeError} If a range is wrong; all faults are listed.
 */
export function checkRanges(value: unknown): OptionRanges {
  const result = RANGES.safeParse(value);
  if (result.success) return result.data as unknown as OptionRanges;
  throw new TypeError(`Cannot read the ranges as\n  ${result.error.issues.map(faultText).join("\n  ")}`);
}

/**
 * Draws a value for every option, each from a generator of its own, so that an option that is added changes no other's.
 *
 * @param ranges The ranges.
 * @param rng Where the values are drawn from; not advanced.
 * @returns The values by option.
 */
export function drawOptions(ranges: OptionRanges, rng: Rng): Record<string, unknown> {
  return Object.fromEntries(Object.entries(ranges).map(([option, range]) => [option, draw(range, rng.fork(option))]));
}

function draw(range: OptionRange, rng: Rng): unknown {
  if ("choice" in range) return range.choice[randomInt(rng, range.choice.length)];
  if ("int" in range) return range.int[0] + randomInt(rng, range.int[1] - range.int[0] + 1);
  const [from, to] = "log" in range ? range.log : range.uniform, share = rng();
  const value = "log" in range ? from * (to / from) ** share : from + (to - from) * share;
  return Math.min(Math.max(Number(value.toPrecision(6)), from), to); // six digits are readable in a file
}
