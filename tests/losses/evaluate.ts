/**
 * Values and gradients of losses as plain numbers, on the cpu and on wasm; or, with `MASKFOLD_TEST_BACKEND`, on the backend
 * of that name in wasm's place.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { type LossContext, LOSSES, type LossSpec } from "../../src/losses/mod.ts";
import { type BackendName, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";

/** What a loss is computed of. */
export interface Inputs {
  /** `[B, C]`. */
  readonly logits: readonly (readonly number[])[];
  /** `[B, C]`. */
  readonly targets: readonly (readonly number[])[];
  /** What the loss may ask for. */
  readonly context?: LossContext;
  /** Factors `[B]` on the values whose sum the gradient is of; all 1 unless given. */
  readonly upstream?: readonly number[];
}

/** What came of it. */
export interface Outcome {
  /** `[B]`. */
  readonly values: number[];
  /** `[B * C]`, row by row. */
  readonly gradient: number[];
}

/** A spec whose name and options only a run can check. */
export type AnySpec = { readonly name: string; readonly [option: string]: unknown };

/** The backends to test on. */
export const BACKENDS: readonly BackendName[] = [
  "cpu",
  Deno.env.get("MASKFOLD_TEST_BACKEND") as BackendName | undefined ?? "wasm",
];

/** Runs a test on every backend. */
export async function onBackends(test: () => Promise<void>): Promise<void> {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer, threads: 1 });
    await test();
  }
}

/** A loss's values and gradient; it must leave no tensor behind. */
export async function evaluate(
  spec: LossSpec | AnySpec,
  { logits, targets, context, upstream = logits.map(() => 1) }: Inputs,
): Promise<Outcome> {
  const loss = build("loss", LOSSES, spec as LossSpec), before = tf.memory().numTensors;
  const kept = tf.tidy(() => {
    const x = tf.tensor2d(logits as number[][]), t = tf.tensor2d(targets as number[][]);
    const own = tf.memory().numTensors;
    const values = loss(x, t, context);
    assertEquals(tf.memory().numTensors, own + 1, "a loss returns one tensor and disposes of the others");
    const gradient = tf.grad((x) => tf.sum(tf.mul(loss(x as tf.Tensor2D, t, context), tf.tensor1d([...upstream]))))(x);
    return [values, gradient];
  });
  const [values, gradient] = await Promise.all(kept.map(async (tensor) => [...await tensor.data()]));
  tf.dispose(kept);
  assertEquals(tf.memory().numTensors, before);
  return { values: values!, gradient: gradient! };
}
