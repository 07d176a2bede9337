import { assert, assertEquals } from "@std/assert";
import { drawRandAugment, drawTrivialAugment, OPERATIONS } from "../../src/augment/mod.ts";
import { magnitudeAt, type Magnitudes, STEPS } from "../../src/augment/operations.ts";
import { randMagnitudes, WIDE_MAGNITUDES } from "../../src/augment/policies.ts";
import { printedRng } from "../random.ts";
import { RAND, SIGNED, type Tables, WIDE } from "./reference.ts";
import { assertFrequencies, evenly } from "./uniform.ts";

/** What torchvision calls an operation. */
function theirName(name: string): string {
  const others: Record<string, string> = { saturation: "Color", autocontrast: "AutoContrast" };
  return others[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}`;
}

/** Torch spaces them in single precision, in an order of adding up that depends on the processor. */
function assertTables(ours: Magnitudes, theirs: Tables, where: string): void {
  const names = OPERATIONS.filter((name) => name !== "invert");
  assertEquals(names.map(theirName).sort(), Object.keys(theirs).sort());
  for (const name of names) {
    const range = ours[name], expected = theirs[theirName(name)]!;
    const actual = range && Array.from({ length: STEPS + 1 }, (_, step) => magnitudeAt(name, range, step));
    assertEquals(actual?.length, expected?.length, `${name} ${where}`);
    actual?.forEach((value, step) => {
      const scale = Math.max(...expected!);
      assert(Math.abs(value - expected![step]!) <= 2e-7 * scale, `${name} ${where}, step ${step}: ${value}`);
      if (name.startsWith("translate")) assertEquals(Math.trunc(value), Math.trunc(expected![step]!));
      if (name === "posterize" || name === "solarize") assertEquals(value, expected![step]);
    });
  }
}

Deno.test("RandAugment's magnitudes are torchvision's, in pixels, bits and thresholds exactly", () => {
  for (const { size, tables } of RAND) assertTables(randMagnitudes(size), tables, `at ${size}`);
});

Deno.test("TrivialAugment's magnitudes are torchvision's, in pixels, bits and thresholds exactly", () => {
  assertTables(WIDE_MAGNITUDES, WIDE, "");
});

Deno.test("drawRandAugment() draws every operation alike, with torchvision's signs", () => {
  const rng = printedRng(), operations = OPERATIONS.slice(0, 14), size = [29, 37] as const;
  const drawn = Array.from(
    { length: 4000 },
    () => drawRandAugment({ operations, count: 3, magnitude: 9 }, size, rng),
  );
  assert(drawn.every((list) => list.length === 3));
  for (const k of [0, 1, 2]) assertFrequencies(drawn.map((list) => list[k]!.name), evenly(operations), `place ${k}`);
  for (const name of operations) {
    const magnitudes = drawn.flat().filter((operation) => operation.name === name).map(({ magnitude }) => magnitude);
    const expected = RAND[0]!.tables[theirName(name)]?.[9] ?? 0;
    assert(magnitudes.every((value) => Math.abs(Math.abs(value) - expected) <= 1e-6 * expected), name);
    const signs = SIGNED.includes(theirName(name)) ? [1, -1] : [Math.sign(expected)];
    assertFrequencies(magnitudes.map(Math.sign), evenly(signs), name);
  }
});

Deno.test("drawTrivialAugment() draws every step of the strength alike", () => {
  const rng = printedRng();
  const drawn = Array.from({ length: 6000 }, () => drawTrivialAugment(["solarize", "rotate"], rng));
  assertFrequencies(drawn.map(({ name }) => name), evenly(["solarize", "rotate"]), "names");
  const thresholds = drawn.filter(({ name }) => name === "solarize").map(({ magnitude }) => magnitude);
  assertFrequencies(thresholds, evenly(WIDE.Solarize!), "thresholds");
  const turns = drawn.filter(({ name }) => name === "rotate").map(({ magnitude }) => Math.abs(magnitude));
  assertFrequencies(turns, evenly(WIDE.Rotate!), "turns"); // steps of 4.5 degrees, which are exact
});
