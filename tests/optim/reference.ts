/**
 * What tests/reference/optim.py wrote, and our optimizers on the same problems.
 *
 * @module
 */
import { build } from "../../src/core/parts.ts";
import { OPTIMIZERS, type OptimizerSpec, type ScheduleSpec } from "../../src/optim/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { uniform } from "../train/lcg.ts";

interface OptimizerCase {
  readonly spec: OptimizerSpec;
  readonly lr: number;
  readonly problem: string;
  /** The parameters after all steps. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

interface Reference {
  readonly steps: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly params: readonly { readonly name: string; readonly shape: number[]; readonly rate: number }[];
  readonly problems: Readonly<Record<string, readonly [slope: number, noise: number]>>;
  readonly optimizers: readonly OptimizerCase[];
  /** The rate at each step. */
  readonly schedules: readonly { readonly spec: ScheduleSpec; readonly rates: readonly number[] }[];
  /** The rate in each epoch, and the metric after it. */
  readonly plateaus: readonly {
    readonly spec: ScheduleSpec;
    readonly metrics: readonly number[];
    readonly rates: readonly number[];
  }[];
  readonly clips: readonly { readonly norm: number; readonly total: number; readonly gradients: readonly number[][] }[];
}

/** The reference. */
export const REFERENCE: Reference = JSON.parse(
  await Deno.readTextFile(new URL("../reference/optim.json", import.meta.url)),
);

/** Starting values of the k-th parameter. */
export function startOf(k: number): Float32Array {
  return uniform(tf.util.sizeFromShape(REFERENCE.params[k]!.shape), 100 + k);
}

/** The parameters as variables, with their starting values. */
export function makeParams(): Record<string, tf.Variable> {
  return Object.fromEntries(
    REFERENCE.params.map(({ name, shape }, k) => [name, tf.tidy(() => tf.variable(tf.tensor(startOf(k), shape)))]),
  );
}

/** Factors on the learning rate. */
export const RATES: Readonly<Record<string, number>> = Object.fromEntries(
  REFERENCE.params.map(({ name, rate }) => [name, rate]),
);

/** Where our optimizer goes in the reference's steps, by the parameters' names. */
export async function descend({ spec, lr, problem }: OptimizerCase): Promise<Record<string, Float32Array>> {
  const params = makeParams(), [slope, noise] = REFERENCE.problems[problem]!;
  const optimizer = build("optimizer", OPTIMIZERS, spec)(params, { rates: RATES });
  for (let step = 1; step <= REFERENCE.steps; step++) {
    const gradients: Record<string, tf.Tensor> = {};
    for (const [k, { name, shape }] of REFERENCE.params.entries()) {
      const random = uniform(tf.util.sizeFromShape(shape), 1000 * step + k), steep = uniform(random.length, 200 + k);
      const values = slope === 0 ? steep : await params[name]!.data();
      const gradient = random.map((drawn, i) => slope * Math.abs(steep[i]!) * values[i]! + noise * drawn);
      gradients[name] = tf.tensor(gradient, shape);
    }
    optimizer.apply(gradients, { lr: lr * 0.97 ** (step - 1), step });
    tf.dispose(gradients);
  }
  const found: Record<string, Float32Array> = {};
  for (const [name, param] of Object.entries(params)) found[name] = (await param.data() as Float32Array).slice();
  optimizer.dispose();
  tf.dispose(Object.values(params));
  return found;
}
