/**
 * Generators: noise and a class to an image. The network is DCGAN's, Radford et al., 2015, https://arxiv.org/abs/1511.06434,
 * with the class's embedding beside the noise, as in conditional GANs (Mirza and Osindero, 2014,
 * https://arxiv.org/abs/1411.1784).
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { randomNormal, type Rng, seededRng } from "../core/rng.ts";
import * as ops from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D, Tensor4D, Variable2D } from "../tensor/types.ts";
import { doublings, ganLayers, type Network, redraw, redrawScales } from "./network.ts";

/** How a generator runs. */
export interface GeneratorOptions {
  /** Whether batch norms use the batch's statistics, and update the running ones. */
  readonly training: boolean;
}

/** Makes images. */
export interface Generator extends Network {
  /** Numbers of noise for an image. */
  readonly latent: number;
  /** Height and width of the images in pixels. */
  readonly size: readonly [height: number, width: number];
  /**
   * Makes images.
   *
   * @param noise Standard normal numbers `[B, latent]`.
   * @param targets Classes, one-hot `[B, C]`.
   * @returns Images `[B, H, W, 3]`, RGB from -1 to 1.
   */
  forward(noise: Tensor2D, targets: Tensor2D, options: GeneratorOptions): Tensor4D;
}

/** What a network of a GAN is made for. */
export interface GanSizes {
  /** Number of classes. */
  readonly classes: number;
  /** Height and width of the images in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Where weights are drawn from. */
  readonly seed: number | string;
}

/** Options of {@linkcode dcganGenerator}. */
export interface DcganGeneratorOptions {
  /** Channels before the last layer; they double with each halving of the image. The paper has 64. */
  readonly width: number;
  /** Numbers of noise; 100 in the paper. */
  readonly latent: number;
  /** Numbers that stand for a class beside the noise. */
  readonly embedding: number;
}

/** Makes a generator for classes and a size. */
export type GeneratorMaker = (sizes: GanSizes) => Generator;

/**
 * DCGAN's generator: noise and the class's embedding become 4 x 4 pixels, which transposed convolutions with kernel 4 and
 * stride 2 double until the size is reached; batch norms and ReLU between, tanh at the end. The last layer has a bias, as no
 * norm follows it.
 */
export function dcganGenerator({ width, latent, embedding }: DcganGeneratorOptions): GeneratorMaker {
  return ({ classes, size, seed }) => {
    const steps = doublings("a generator", size), rng = seededRng(seed), layers = ganLayers(rng);
    const table = layers.matrix("embedding", { inputs: embedding, outputs: classes });
    redraw(table as Variable2D, rng.fork("embedding"), { mean: 0, deviation: 1 }); // on the scale of the noise
    const blocks = Array.from({ length: steps }, (_, k) => {
      const inputs = k === 0 ? latent + embedding : width << (steps - k), outputs = width << (steps - 1 - k);
      // The filter of a transposed convolution is that of the convolution from its results to its inputs.
      const filter = layers.filter(`blocks.${k}.conv`, { kernel: 4, inputs: outputs, outputs: inputs });
      return { filter, norm: layers.norm(`blocks.${k}.norm`, outputs) };
    });
    const last = layers.filter("output", { kernel: 4, inputs: 3, outputs: width }), shift = layers.bias("output", 3);
    redrawScales(layers, rng.fork("scales"));
    const { params, buffers, layouts } = layers;
    return {
      name: "dcgan generator",
      latent,
      size,
      params,
      buffers,
      layouts,
      forward: (noise, targets, { training }) =>
        tf.tidy(() => {
          const input = tf.concat([noise, tf.matMul(targets, table, false, true)], 1);
          let x = tf.reshape(input, [input.shape[0]!, 1, 1, latent + embedding]) as Tensor4D;
          for (const [k, { filter, norm }] of blocks.entries()) {
            const y = ops.convTranspose2d(x, filter, k === 0 ? {} : { stride: 2, padding: 1 });
            x = ops.batchNorm(y, norm, { training, activation: "relu" });
          }
          return tf.tanh(tf.add(ops.convTranspose2d(x, last, { stride: 2, padding: 1 }), shift)) as Tensor4D;
        }),
      dispose: () => tf.dispose([...Object.values(params), ...Object.values(buffers)]),
    };
  };
}

/** Every generator, by the name used in configs. */
export const GENERATORS: { readonly dcgan: Part<DcganGeneratorOptions, GeneratorMaker> } = {
  dcgan: part(
    z.strictObject({
      width: z.int().min(1).default(32).describe(
        "Channels before the last layer; they double with each halving of the image. The paper has 64.",
      ),
      latent: z.int().min(1).default(100).describe("Numbers of noise for an image."),
      embedding: z.int().min(1).default(32).describe("Numbers that stand for a class beside the noise."),
    }).describe("DCGAN's generator, with the class's embedding beside the noise (Radford et al., 2015)."),
    dcganGenerator,
  ),
};

/** A generator's name and options. */
export type GeneratorSpec = SpecOf<typeof GENERATORS>;

/**
 * Noise for images, row by row.
 *
 * @param images How many, B.
 * @param latent Numbers for each.
 * @returns Standard normal numbers `[B, latent]`; the caller's to dispose of.
 */
export function drawNoise(images: number, latent: number, rng: Rng): Tensor2D {
  return tf.tensor2d(Float32Array.from({ length: images * latent }, () => randomNormal(rng)), [images, latent]);
}
