import { assert } from "@std/assert";
import { randomNormal } from "../../src/core/rng.ts";
import { minimise } from "../../src/predict/lbfgs.ts";
import { between, printedRng } from "../random.ts";
import { largestDifference } from "./members.ts";

Deno.test("minimise() finds the end of Rosenbrock's valley", () => {
  const { point, slope } = minimise(Float64Array.of(-1.2, 1, -0.5, 2), (x, gradient) => {
    gradient.fill(0);
    let value = 0;
    for (let i = 0; i + 1 < x.length; i++) {
      const bend = x[i + 1]! - x[i]! ** 2, rest = 1 - x[i]!;
      value += 100 * bend ** 2 + rest ** 2;
      gradient[i]! += -400 * x[i]! * bend - 2 * rest;
      gradient[i + 1]! += 200 * bend;
    }
    return value;
  }, { tolerance: 1e-9 });
  assert(largestDifference(point, [1, 1, 1, 1]) < 1e-8, `${point}, slope ${slope}`);
});

Deno.test("minimise() solves badly scaled quadratics", () => {
  const rng = printedRng();
  for (let k = 0; k < 5; k++) {
    const target = Float64Array.from({ length: between(rng, 1, 40) }, () => randomNormal(rng));
    const scales = target.map(() => 10 ** (4 * rng() - 2));
    let evaluations = 0;
    const { point, steps } = minimise(new Float64Array(target.length), (x, gradient) => {
      evaluations++;
      gradient.set(x.map((value, i) => 2 * scales[i]! * (value - target[i]!)));
      return x.reduce((sum, value, i) => sum + scales[i]! * (value - target[i]!) ** 2, 0);
    }, { tolerance: 1e-9, steps: 5000 }); // ten steps' memory of up to forty curvatures takes its time
    assert(largestDifference(point, target) < 1e-6);
    assert(
      evaluations <= 10 + 1.5 * steps,
      `${evaluations} evaluations in ${steps} steps: they should have the right length`,
    );
  }
});

Deno.test("minimise() never gives a point above its start, and says when the steps were too few", () => {
  const steep = (x: Float64Array, gradient: Float64Array) => {
    gradient[0] = 4 * x[0]! ** 3;
    return x[0]! ** 4;
  };
  const { value, slope, steps } = minimise(Float64Array.of(100), steep, { steps: 2 });
  assert(value < 100 ** 4 && slope > 1e-6 && steps === 2);
});
