/**
 * Averaged weights in training: what is averaged, and the running statistics that an average lacks.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Model } from "../models/mod.ts";
import type { Averager } from "../optim/mod.ts";
import type { Variable } from "../tensor/types.ts";
import * as tf from "../tensor/tf.ts";
import type { Batch } from "./batches.ts";
import type { Tuning } from "./step.ts";

/** A model's variables that change in training: parameters that learn, and running statistics. */
export function changing({ params, buffers }: Model, { rates, frozenNorms }: Tuning): Record<string, Variable> {
  const learning = Object.entries(params).filter(([name]) => rates[name] !== 0);
  return Object.fromEntries([...learning, ...(frozenNorms ? [] : Object.entries(buffers))]);
}

/** Runs something with the averaged weights in the model. */
export async function withAverage<T>(
  averager: Averager,
  model: Pick<Model, "params" | "buffers">,
  run: () => Promise<T>,
): Promise<T> {
  const variables = { ...model.params, ...model.buffers };
  averager.swap(variables);
  try {
    return await run();
  } finally {
    averager.swap(variables);
  }
}

/**
 * Takes a model's running statistics anew, as the plain mean over batches, as PyTorch's `update_bn` does.
 *
 * @param batches Training batches; they are used up.
 * @param rng Where dropout and drop path are drawn from.
 */
export async function retakeStatistics(model: Model, batches: AsyncIterable<Batch>, rng: Rng): Promise<void> {
  let count = 0;
  for await (const { parts } of batches) {
    for (const { x, targets } of parts) {
      count++;
      const options = { training: true, rng: rng.fork(count), targets, momentum: 1 / count };
      tf.tidy(() => void model.forward(x, options));
    }
  }
}
