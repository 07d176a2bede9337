import { assert, assertEquals } from "@std/assert";
import { type Case, CASES, perform } from "./reference.ts";

/**
 * Where single pixels may differ from torchvision's: the hue, which PIL turns by whole bytes of HSV; the blur, where two
 * orders of summing round a tie differently; and perspective, whose map torchvision solves in single precision.
 */
const MEAN_DIFFERENCE: Readonly<Record<string, number>> = { turnHue: 2, blur: 0.01, perspective: 1 };

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

function describe({ op, image, ...parameters }: Case): string {
  return `${op}() of image ${image} with ${JSON.stringify(parameters)}`;
}

for (const [op, cases] of Map.groupBy(CASES, ({ given }) => given.op)) {
  const bound = MEAN_DIFFERENCE[op];
  const how = bound === undefined ? "every pixel of" : "pixels near";
  Deno.test(`${op} has ${how} torchvision's in ${cases.length} cases`, () => {
    for (const { given, expected } of cases) {
      const actual = perform(given);
      if (bound === undefined) assertEquals(actual, expected, describe(given));
      const mean = meanDifference(actual, expected);
      assert(mean <= (bound ?? 0), `the mean difference is ${mean} of 255: ${describe(given)}`);
    }
  });
}
