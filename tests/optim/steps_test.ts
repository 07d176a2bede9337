import { disposeBackend } from "../../src/tensor/mod.ts";
import { blend, momentumStep } from "../../src/tensor/ops.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertCases, type Case } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";

// A few sums in float32, rounded once or twice.
const TOLERANCE = 1e-6;

Deno.test("momentumStep() takes the same steps in place as composed", async () => {
  const rng = printedRng();
  const cases = [true, false].map((sign): Case => {
    const shapes = [[between(rng, 1, 3)], [between(rng, 2, 60)], [3, between(rng, 10_000, 20_000)], [1]];
    return {
      name: `momentum on [${shapes.join("], [")}], sign ${sign}`,
      shapes: [...shapes, ...shapes],
      run: (...inputs) => {
        const params = inputs.slice(0, shapes.length).map((t) => tf.variable(t));
        const velocities = shapes.map((shape) => tf.variable(tf.zeros(shape)));
        for (const factor of [1, -0.5, 2]) {
          const updates = params.map((param, i) => ({
            param,
            velocity: velocities[i]!,
            // Along one direction, so that no sign hangs on how a difference is rounded.
            gradient: tf.mul(inputs[shapes.length + i]!, factor),
            penalty: sign ? 0 : 0.1 * i,
            decay: 0.2 * i,
          }));
          momentumStep(updates, { lr: 0.1, velocity: [0.8, 0.3], direction: [0.4, 0.7], sign });
        }
        const results = [...params, ...velocities].map((variable) => tf.add(variable, 0));
        tf.dispose([...params, ...velocities]);
        return results;
      },
    };
  });
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("blend() makes the same sums in place as composed", async () => {
  const rng = printedRng();
  const shapes = [[between(rng, 1, 3)], [between(rng, 2, 60)], [3, between(rng, 10_000, 20_000)], [1]];
  const cases = [[0.9, 0.1], [1, -0.3], [0, 1], [0.5, 1]].map(([keep, take]): Case => ({
    name: `blend of [${shapes.join("], [")}], ${keep} and ${take}`,
    shapes: [...shapes, ...shapes],
    run: (...inputs) => {
      const targets = inputs.slice(0, shapes.length).map((t) => tf.variable(t));
      const sources = inputs.slice(shapes.length);
      blend(targets.map((target, i) => ({ target, source: sources[i]!, keep: keep! / (i + 1), take: take! })));
      const results = targets.map((variable) => tf.add(variable, 0));
      tf.dispose(targets);
      return results;
    },
  }));
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});
