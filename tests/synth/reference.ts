/** The small networks of tests/reference/gan.py, with its weights and inputs. */
import { assignTensors, modelTensors } from "../../src/models/weights.ts";
import { dcganDiscriminator, type DcganDiscriminatorOptions } from "../../src/synth/discriminator.ts";
import { dcganGenerator, type Generator } from "../../src/synth/generator.ts";
import type { Discriminator } from "../../src/synth/discriminator.ts";
import type { Network } from "../../src/synth/network.ts";
import * as tf from "../../src/tensor/tf.ts";
import reference from "../reference/gan.json" with { type: "json" };
import { uniform } from "../train/lcg.ts";

export { reference, uniform };

const { size, width, latent, embedding, classes, labels } = reference;
const sizes = { classes, size: [size, size] as const, seed: 1 };

/** Images in a batch. */
export const BATCH = labels.length;

/** The generator, filled. */
export async function referenceGenerator(): Promise<Generator> {
  return await filled(dcganGenerator({ width, latent, embedding })(sizes));
}

/** A discriminator, filled. */
export async function referenceDiscriminator(norm: DcganDiscriminatorOptions["norm"]): Promise<Discriminator> {
  return await filled(dcganDiscriminator({ width, norm })(sizes));
}

/** Fills a network as the script's `fill` does. */
async function filled<N extends Network>(network: N): Promise<N> {
  const tensors = await modelTensors(network);
  Object.keys(network.params).sort().forEach((name, k) => {
    const { shape, data } = tensors[name]!, values = uniform(data.length, k + 1);
    const scale = shape.length > 1 ? Math.sqrt(3 / (data.length / shape[0]!)) : name.endsWith("weight") ? 0.2 : 0.1;
    const shift = shape.length === 1 && name.endsWith("weight") ? 1 : 0;
    tensors[name] = { shape, data: values.map((value) => shift + scale * value) };
  });
  // PyTorch counts a norm's batches in a buffer too, whose place among the names must be counted.
  const counters = Object.keys(network.buffers).filter((name) => name.endsWith("running_mean"))
    .map((name) => name.replace("running_mean", "num_batches_tracked"));
  [...Object.keys(network.buffers), ...counters].sort().forEach((name, k) => {
    if (!/_[uv]$/.test(name)) return;
    const values = uniform(tensors[name]!.data.length, 1000 + k), length = Math.hypot(...values);
    tensors[name] = { shape: tensors[name]!.shape, data: values.map((value) => value / length) };
  });
  assignTensors(network, tensors, "the reference");
  return network;
}

/** The reference's images; the caller's. */
export function referenceImages(seed: number): tf.Tensor4D {
  return tf.tensor4d(uniform(BATCH * size * size * 3, seed), [BATCH, size, size, 3]);
}

/** The reference's noise; the caller's. */
export function referenceNoise(seed: number): tf.Tensor2D {
  return tf.tensor2d(uniform(BATCH * latent, seed), [BATCH, latent]);
}

/** The reference's classes, one-hot `[B, C]`; the caller's. */
export function referenceTargets(): tf.Tensor2D {
  return tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32") as tf.Tensor2D);
}

/** Tensors by name as they stand on disk, gradients of a network's parameters say. */
export async function stored(
  { layouts, params, buffers }: Network,
  tensors: Readonly<Record<string, tf.Tensor>> = { ...params, ...buffers },
): Promise<Record<string, Float32Array>> {
  const found = await modelTensors({ layouts, params: tensors as Network["params"], buffers: {} });
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, data as Float32Array]));
}
