import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { randomInt, type Rng, shuffled } from "../../src/core/rng.ts";
import { LOSSES, type LossSpec } from "../../src/losses/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertNear, normals } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";
import { type AnySpec, evaluate, type Inputs, onBackends } from "./evaluate.ts";

const FLOAT32 = 1e-5; // of the largest value: two ways to the same number round differently

/** Random logits, targets of which some are hard, and counts of which one is 0 and at least two are not. */
function draw(rng: Rng, batch = between(rng, 1, 9), classes = between(rng, 3, 19)): Required<Inputs> {
  const rows = (make: (b: number) => number[]) => Array.from({ length: batch }, (_, b) => make(b));
  const hot = () => {
    const label = randomInt(rng, classes);
    return Array.from({ length: classes }, (_, c) => c === label ? 1 : 0);
  };
  const mix = (share: number, a: number[], b: number[]) => a.map((value, c) => share * value + (1 - share) * b[c]!);
  return {
    logits: rows(() => [...normals(rng, classes)].map((value) => 3 * value)),
    targets: rows((b) => b % 3 === 0 ? hot() : mix(rng(), hot(), hot())),
    upstream: [...normals(rng, batch)],
    context: {
      counts: Array.from({ length: classes }, (_, c) => c === 1 ? 0 : between(rng, 1, 300)),
      epoch: 5,
      epochs: 9,
    },
  };
}

const HALVES = {
  name: "sum",
  parts: [{ weight: 0.5, loss: { name: "focal", gamma: 1 } }, { weight: 0.5, loss: { name: "macroF1" } }],
};
const PROBES: readonly AnySpec[] = [
  { name: "crossEntropy", labelSmoothing: 0.1 },
  { name: "weightedCrossEntropy", weights: "inverse" },
  { name: "weightedCrossEntropy", weights: "effectiveNumber", labelSmoothing: 0.2 },
  { name: "focal" },
  { name: "focal", gamma: 0.3, weights: "oneMinusShare" },
  { name: "ldam" },
  { name: "ldam", margin: 3, scale: 1, deferredFrom: 0.25 },
  { name: "macroF1" },
  { name: "asymmetric" },
  { name: "asymmetric", gammaPositive: 0.5, gammaNegative: 0.5, clip: 0.3 },
  { name: "asymmetric", gammaPositive: 0, gammaNegative: 1, clip: 0 },
  HALVES,
];

/** Asserts that two specs are one loss on random inputs; `scale` multiplies the second's logits. */
function assertSame(one: AnySpec, other: AnySpec, { scale = 1 }: { scale?: number } = {}): () => Promise<void> {
  return () =>
    onBackends(async () => {
      const inputs = draw(printedRng());
      const scaled = inputs.logits.map((row) => row.map((value) => scale * value));
      const [a, b] = [await evaluate(one, inputs), await evaluate(other, { ...inputs, logits: scaled })];
      assertNear(a.values, b.values, FLOAT32, "values");
      assertNear(a.gradient, b.gradient.map((slope) => scale * slope), FLOAT32, "gradient");
    });
}

Deno.test(
  "focal() with gamma 0 equals crossEntropy()",
  assertSame({ name: "focal", gamma: 0 }, { name: "crossEntropy" }),
);

Deno.test("focal() comes close to crossEntropy() as gamma goes to 0", async () => {
  const inputs = draw(printedRng());
  const [a, b] = [
    await evaluate({ name: "focal", gamma: 1e-6 }, inputs),
    await evaluate({ name: "focal", gamma: 0 }, inputs),
  ];
  assertNear(a.values, b.values, 1e-4);
  assertNear(a.gradient, b.gradient, 1e-4);
});

Deno.test(
  "ldam() with margin 0 equals crossEntropy() of scaled logits",
  assertSame({ name: "ldam", margin: 0, scale: 7 }, { name: "crossEntropy" }, { scale: 7 }),
);

Deno.test(
  "ldam() before the deferred weights equals ldam() without them",
  assertSame({ name: "ldam", deferredFrom: 0.5 }, { name: "ldam" }), // 4 of 9 epochs lie behind
);

Deno.test(
  "asymmetric() with gammas near 0 and no clip equals binary cross entropy",
  assertSame({ name: "asymmetric", gammaPositive: 0, gammaNegative: 0, clip: 0 }, {
    name: "asymmetric",
    gammaPositive: 1e-9,
    gammaNegative: 1e-9,
    clip: 1e-9,
  }),
);

Deno.test(
  "weightedCrossEntropy() with beta 0 equals crossEntropy()",
  assertSame({ name: "weightedCrossEntropy", weights: "effectiveNumber", beta: 0, labelSmoothing: 0.3 }, {
    name: "crossEntropy",
    labelSmoothing: 0.3,
  }),
);

for (const name of ["weightedCrossEntropy", "focal"]) {
  Deno.test(`${name}() with equal weights is not weighted`, () =>
    onBackends(async () => {
      const inputs = draw(printedRng()), weights = inputs.logits[0]!.map(() => 2.5);
      const plain = await evaluate({ name: name === "focal" ? "focal" : "crossEntropy" }, inputs);
      const found = await evaluate({ name, weights }, inputs);
      assertNear(found.values, plain.values, FLOAT32);
      assertNear(found.gradient, plain.gradient, FLOAT32);
    }));
}

Deno.test("sum() of one loss is that loss, times its weight", async () => {
  const inputs = draw(printedRng());
  const one = await evaluate({ name: "focal" }, inputs);
  const found = await evaluate({ name: "sum", parts: [{ weight: 3, loss: { name: "focal" } }] }, inputs);
  assertNear(found.values, one.values.map((value) => 3 * value), FLOAT32);
  assertNear(found.gradient, one.gradient.map((slope) => 3 * slope), FLOAT32);
});

Deno.test("sum() hands its context on", async () => {
  const inputs = draw(printedRng()), spec = { name: "ldam", deferredFrom: 0.4 } as const;
  const found = await evaluate({ name: "sum", parts: [{ weight: 1, loss: spec }] }, inputs);
  assertNear(found.values, (await evaluate(spec, inputs)).values, FLOAT32);
});

for (
  const spec of [
    { name: "crossEntropy", labelSmoothing: 0.2 },
    { name: "focal", gamma: 1.5 },
    { name: "asymmetric" },
    { name: "asymmetric", clip: 0 },
  ]
) {
  Deno.test(`${spec.name}() with ${JSON.stringify(spec)} is linear in the targets`, async () => {
    const rng = printedRng(), one = draw(rng), share = rng();
    const other = draw(rng, one.logits.length, one.logits[0]!.length).targets;
    const mixed = one.targets.map((row, b) => row.map((value, c) => share * value + (1 - share) * other[b]![c]!));
    const { values } = await evaluate(spec, { ...one, targets: mixed });
    const [a, b] = [await evaluate(spec, one), await evaluate(spec, { ...one, targets: other })];
    assertNear(values, a.values.map((value, i) => share * value + (1 - share) * b.values[i]!), FLOAT32);
  });
}

for (const spec of PROBES) {
  const shown = `${spec.name}() with ${JSON.stringify(spec).replaceAll('"', "")}`;

  Deno.test(`${shown} does not depend on the order of classes`, () =>
    onBackends(async () => {
      const rng = printedRng(), inputs = draw(rng), { logits, targets, context } = inputs;
      const order = shuffled(logits[0]!.keys(), rng), reorder = (row: ArrayLike<number>) => order.map((c) => row[c]!);
      const plain = await evaluate(spec, inputs);
      const found = await evaluate(spec, {
        ...inputs,
        logits: logits.map(reorder),
        targets: targets.map(reorder),
        context: { ...context, counts: reorder(context.counts!) },
      });
      assertNear(found.values, plain.values, FLOAT32);
      const slopes = logits.flatMap((_, b) => reorder(plain.gradient.slice(b * order.length, (b + 1) * order.length)));
      assertNear(found.gradient, slopes, FLOAT32);
    }));

  Deno.test(`${shown} has finite values and gradients at saturated logits`, () =>
    onBackends(async () => {
      const all = [[100, -100, -100], [-100, 100, 100], [100, 100, 100], [-100, -100, -100], [0, 100, -100]];
      for (const targets of [[1, 0, 0], [0, 1, 0], [0.3, 0.7, 0]]) {
        const inputs = {
          logits: all,
          targets: all.map(() => targets),
          context: { counts: [9, 0, 2], epoch: 1, epochs: 1 },
        };
        const { values, gradient } = await evaluate(spec, inputs);
        assert(values.every(Number.isFinite), `values ${values} for targets ${targets}`);
        assert(gradient.every(Number.isFinite), `gradient ${gradient} for targets ${targets}`);
      }
    }));

  Deno.test(`${shown} has the slope of its values`, async () => {
    const inputs = draw(printedRng(), 4, 3), { gradient } = await evaluate(spec, inputs), step = 3e-3;
    const total = async (logits: number[][]) => {
      const { values } = await evaluate(spec, { ...inputs, logits });
      return values.reduce((sum, value, b) => sum + value * inputs.upstream[b]!, 0);
    };
    for (const at of [0, 5, 11]) {
      const moved = (by: number) =>
        inputs.logits.map((row, b) => row.map((value, c) => 3 * b + c === at ? value + by : value));
      const slope = (await total(moved(step)) - await total(moved(-step))) / (2 * step);
      const scale = Math.max(1, ...gradient.map(Math.abs));
      assertAlmostEquals(gradient[at]!, slope, 0.01 * scale); // a difference in float32
    }
  });
}

Deno.test("focal() and macroF1() have a gradient of 0 where all is predicted right beyond doubt", async () => {
  for (const name of ["focal", "macroF1"]) {
    const { values, gradient } = await evaluate({ name }, {
      logits: [[100, -100], [-100, 100]],
      targets: [[1, 0], [0, 1]],
    });
    assertNear(values, [0, 0], 1e-6);
    assertNear(gradient, [0, 0, 0, 0], 1e-6);
  }
});

Deno.test("macroF1() is 1 minus the macro F1 of sure predictions, over the classes present", async () => {
  const hot = (label: number) => [0, 1, 2, 3].map((c) => c === label ? 1 : 0);
  const labels = [0, 0, 1, 2], predicted = [0, 1, 1, 3];
  const { values } = await evaluate({ name: "macroF1" }, {
    logits: predicted.map((label) => hot(label).map((value) => 200 * value)),
    targets: labels.map(hot),
  });
  const f1 = [2 / 3, 2 / 3, 0]; // class 3 has no target
  assertAlmostEquals(values.reduce((sum, value) => sum + value, 0) / 4, 1 - (f1[0]! + f1[1]! + f1[2]!) / 3, 1e-6);
});

Deno.test("losses name what their context lacks", () => {
  const x = tf.tensor2d([[1, 2, 3]]), t = tf.tensor2d([[0, 0, 1]]), counts = [5, 3, 1];
  const run = (spec: AnySpec, context?: object) => () => build("loss", LOSSES, spec as LossSpec)(x, t, context);
  const before = tf.memory().numTensors;
  assertThrows(run({ name: "weightedCrossEntropy" }), TypeError, `"weightedCrossEntropy" as context.counts`);
  assertThrows(run({ name: "focal", weights: "inverse" }, {}), TypeError, `"focal" as context.counts`);
  assertThrows(run({ name: "ldam" }), TypeError, `"ldam" as context.counts`);
  assertThrows(run({ name: "ldam" }, { counts: [1, 2] }), TypeError, "each of 3 classes: current value is [ 1, 2 ]");
  assertThrows(run({ name: "ldam", deferredFrom: 0.8 }, { counts, epochs: 2 }), TypeError, "context.epoch must");
  assertThrows(run({ name: "ldam", deferredFrom: 0.8 }, { counts, epoch: 1 }), TypeError, "context.epochs must");
  assertThrows(run({ name: "ldam", deferredFrom: 0.8 }, { counts, epoch: 0, epochs: 1 }), RangeError, "at least 1");
  assertThrows(run({ name: "focal", weights: [1, 2] }), TypeError, "each of 3 classes: there are 2");
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([x, t]);
});
