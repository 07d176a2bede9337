import { assert, assertEquals } from "@std/assert";
import { AUGMENTS, brighten, contrast, saturate, turnHue } from "../../src/augment/mod.ts";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";

interface Reference {
  readonly image: readonly number[];
  readonly cases: readonly { readonly name: string; readonly amount: number; readonly pixels: readonly number[] }[];
}

const reference: Reference = JSON.parse(await Deno.readTextFile(new URL("../reference/jitter.json", import.meta.url)));
const CHANGES = { brighten, contrast, saturate, turnHue } as const;

for (const { name, amount, pixels } of reference.cases) {
  Deno.test(`${name}() by ${amount} agrees with torchvision`, () => {
    const image = Uint8Array.from(reference.image);
    CHANGES[name as keyof typeof CHANGES](image, amount);
    if (name !== "turnHue") assertEquals([...image], pixels);
    const mean = pixels.reduce((sum, value, i) => sum + Math.abs(value - image[i]!), 0) / pixels.length;
    assert(mean < 2, `the mean difference is ${mean} of 255`); // PIL's hue goes through bytes of HSV, which round
  });
}

Deno.test("turnHue() by nothing changes nothing", () => {
  const image = Uint8Array.from(reference.image);
  turnHue(image, 0);
  assertEquals([...image], reference.image);
});

Deno.test("colorJitter() without strength changes nothing, and with it follows the generator", () => {
  const size = [16, 16] as const;
  const run = (options: Record<string, number>, seed: number) => {
    const image = Uint8Array.from(reference.image);
    build("augment", AUGMENTS, { name: "colorJitter", ...options })(image, size, seededRng(seed));
    return [...image];
  };
  const strong = { brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.5 };
  assertEquals(run({}, 1), reference.image);
  assertEquals(run(strong, 1), run(strong, 1));
  assert(run(strong, 1).some((value, i) => value !== run(strong, 2)[i]));
});
