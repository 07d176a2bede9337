/**
 * A training step's shaders compiled before there is one, where the backend has shaders.
 *
 * @module
 */
import { seededRng } from "../core/rng.ts";
import { compileAhead } from "../tensor/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D, Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { TrainConfig } from "./config.ts";
import { type StepParts, takeStep } from "./step.ts";

/**
 * Compiles what a step of the config's size needs. Nothing is computed, and no variable changes.
 *
 * @param onCompile Called after each shader.
 * @throws {Error} If a shader cannot be compiled.
 */
export async function compileStep(
  parts: StepParts,
  { batchSize, accumulate }: Pick<TrainConfig, "batchSize" | "accumulate">,
  onCompile?: (compiled: number, total: number) => void,
): Promise<void> {
  const images = accumulate === "auto" ? batchSize : Math.ceil(batchSize / accumulate), { model } = parts;
  await compileAhead(() => {
    const x = tf.zeros([images, ...model.input.size, 3]) as Tensor4D;
    const targets = tf.zeros([images, model.classes.length]) as Tensor2D;
    const values = model.regression && tf.zeros([images]) as Tensor1D;
    takeStep(parts, { x, targets, ...(values && { values }) }, { lr: 0, step: 1, rng: seededRng("compile") });
  }, { onProgress: onCompile });
}
