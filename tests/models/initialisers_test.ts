import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import {
  type Initialiser,
  INITIALISERS,
  type InitialiserSpec,
  truncatedNormal,
} from "../../src/models/initialisers.ts";
import { makeLayers } from "../../src/models/layers.ts";
import { createModel } from "../../src/models/mod.ts";

const FAN = { fanIn: 90, fanOut: 40 };

function draws(start: (rng: ReturnType<typeof seededRng>) => number): Float64Array {
  const rng = seededRng(5);
  return Float64Array.from({ length: 40_000 }, () => start(rng));
}

const variance = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0) / values.length;

Deno.test("initialisers draw with the variance of their papers", () => {
  const expected: readonly [InitialiserSpec, number][] = [
    [{ name: "pytorch" }, 1 / (3 * 90)],
    [{ name: "xavierUniform" }, 2 / 130],
    [{ name: "xavierNormal" }, 2 / 130],
    [{ name: "kaimingNormal", mode: "fanIn" }, 2 / 90],
    [{ name: "kaimingNormal" }, 2 / 40],
    [{ name: "kaimingUniform" }, 2 / 40],
  ];
  for (const [spec, wanted] of expected) {
    const { weight } = build("initialiser", INITIALISERS, spec) as Initialiser;
    assertAlmostEquals(variance(draws(weight(FAN))) / wanted, 1, 0.03); // 40,000 draws: a deviation of 0.7 % for normals
  }
});

Deno.test("uniform initialisers stay within their bounds, and reach for them", () => {
  for (const [name, bound] of [["pytorch", 90 ** -0.5], ["xavierUniform", (6 / 130) ** 0.5]] as const) {
    const values = draws((build("initialiser", INITIALISERS, { name }) as Initialiser).weight(FAN));
    const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    assert(most <= bound && most > 0.999 * bound, `${name}: ${most} of ${bound}`);
  }
});

Deno.test("biases start at zero, but for PyTorch's", () => {
  for (const name of ["pytorch", "xavierNormal", "kaimingUniform"] as const) {
    const value = (build("initialiser", INITIALISERS, { name }) as Initialiser).bias(FAN)(seededRng(1));
    assertEquals(value !== 0, name === "pytorch");
  }
});

Deno.test("truncatedNormal() stays within two deviations", () => {
  const values = draws(truncatedNormal(0.02));
  assert(values.every((value) => Math.abs(value) <= 0.04));
  assertAlmostEquals(variance(values), 0.0004 * 0.7737, 1e-5); // of a normal cut at two deviations
});

Deno.test("layers count fans as PyTorch does, groups and depthwise convolutions too", () => {
  const seen: unknown[] = [];
  const note = (fan: unknown) => (seen.push(fan), () => 0);
  const layers = makeLayers({ rng: seededRng(1), initialiser: { weight: note, bias: () => () => 0 } });
  layers.filter("a", { kernel: 3, inputs: 8, outputs: 12, groups: 4 });
  layers.depthwiseFilter("b", { kernel: 5, inputs: 6 });
  assertEquals(seen, [{ fanIn: 18, fanOut: 108 }, { fanIn: 25, fanOut: 150 }]);
});

Deno.test("zeroInitLast starts each residual branch at zero, and nothing else", async () => {
  const model = await createModel({ name: "efficientnet_nano", zeroInitLast: true }, { classes: 3, seed: 1 });
  const isZero = async (name: string) => (await model.params[name]!.data()).every((value) => value === 0);
  assert(await isZero("blocks.1.1.bn3.weight"), "a block with a residual");
  assert(!await isZero("blocks.1.0.bn3.weight"), "a block without");
  assert(!await isZero("blocks.1.1.bn2.weight"));
  model.dispose();
});
