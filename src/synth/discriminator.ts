/**
 * Discriminators: an image and a class to a score, high where it takes the image for a real one of the class. The network is
 * DCGAN's, Radford et al., 2015, https://arxiv.org/abs/1511.06434, with the class by projection, Miyato and Koyama, 2018,
 * https://arxiv.org/abs/1802.05637
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../core/parts.ts";
import { seededRng } from "../core/rng.ts";
import { runCustomGradient } from "../tensor/custom_gradient.ts";
import * as ops from "../tensor/ops.ts";
import type { BatchNormVariables } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable, Variable2D, Variable4D } from "../tensor/types.ts";
import type { GanSizes } from "./generator.ts";
import { doublings, ganLayers, type Network, redrawScales } from "./network.ts";
import { spectralWeight } from "./spectral_norm.ts";

/** How a discriminator runs. */
export interface DiscriminatorOptions {
  /** Whether batch norms use the batch's statistics. */
  readonly training: boolean;
  /** Whether running statistics and the vectors of spectral norms move on; as `training` unless given. */
  readonly update?: boolean;
}

/** Tells real images from generated ones. */
export interface Discriminator extends Network {
  /**
   * Judges images.
   *
   * @param x Images `[B, H, W, 3]`, RGB from -1 to 1.
   * @param targets Their classes, one-hot `[B, C]`.
   * @returns Scores `[B]`; high for real ones.
   */
  forward(x: Tensor4D, targets: Tensor2D, options: DiscriminatorOptions): Tensor1D;
  /**
   * The derivative of the scores along a direction, as in training, with no statistics moved on. It has gradients by the
   * parameters, and so takes the place of a second backward pass.
   *
   * @param x Images `[B, H, W, 3]`.
   * @param direction Of the same shape.
   * @param targets Their classes, one-hot `[B, C]`.
   * @returns `[B]`.
   */
  derivative(x: Tensor4D, direction: Tensor4D, targets: Tensor2D): Tensor1D;
}

/** Options of {@linkcode dcganDiscriminator}. */
export interface DcganDiscriminatorOptions {
  /** Channels after the first layer; they double with each halving of the image. The paper has 64. */
  readonly width: number;
  /** What bounds its layers. */
  readonly norm: "batch" | "spectral" | "none";
}

/** Makes a discriminator for classes and a size. */
export type DiscriminatorMaker = (sizes: GanSizes) => Discriminator;

/**
 * DCGAN's discriminator: convolutions with kernel 4 and stride 2 halve the image until it has 4 x 4 pixels, with leaky ReLU
 * after each and, if norms are batch norms, one before it but for the first; the last convolution makes a score of what is
 * left. The class adds the product of its embedding with the sum of those 4 x 4 pixels. Convolutions without a batch norm
 * have a bias.
 */
export function dcganDiscriminator({ width, norm }: DcganDiscriminatorOptions): DiscriminatorMaker {
  return ({ classes, size, seed }) => {
    const steps = doublings("a discriminator", size), rng = seededRng(seed), layers = ganLayers(rng);
    const renamed = new Map<string, string>(), vectors: Record<string, Variable> = {};
    const weightOf = <V extends Variable & Tensor>(name: string, variable: V): (update: boolean) => V => {
      if (norm !== "spectral") return () => variable;
      const { vectors: own, normalised } = spectralWeight<V>(variable, rng.fork(`${name} vectors`));
      renamed.set(`${name}.weight`, `${name}.weight_orig`);
      for (const [suffix, vector] of Object.entries(own)) vectors[`${name}.${suffix}`] = vector;
      return normalised;
    };
    const blocks = Array.from({ length: steps }, (_, k) => {
      const name = `blocks.${k}.conv`, normed = norm === "batch" && k > 0;
      const inputs = k === 0 ? 3 : width << (k - 1), outputs = width << k;
      const weight = weightOf<Variable4D>(name, layers.filter(name, { kernel: 4, inputs, outputs }));
      const statistics = normed ? layers.norm(`blocks.${k}.norm`, outputs) : undefined;
      return { weight, norm: statistics, bias: normed ? undefined : layers.bias(name, outputs) };
    });
    const deepest = width << (steps - 1);
    const last = weightOf<Variable4D>("output", layers.filter("output", { kernel: 4, inputs: deepest, outputs: 1 }));
    const shift = layers.bias("output", 1);
    const table = weightOf<Variable2D>("embedding", layers.matrix("embedding", { inputs: deepest, outputs: classes }));
    redrawScales(layers, rng.fork("scales"));
    const rename = <T>(record: Readonly<Record<string, T>>) =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [renamed.get(name) ?? name, value]));
    const params = rename(layers.params), buffers = { ...layers.buffers, ...vectors };
    return {
      name: "dcgan discriminator",
      params,
      buffers,
      layouts: rename(layers.layouts),
      forward: (image, targets, { training, update = training }) =>
        tf.tidy(() => {
          let x = image;
          for (const { weight, norm, bias } of blocks) {
            const y = ops.conv2d(x, weight(update), { stride: 2, padding: 1 });
            if (norm) {
              const momentum = update ? 0.1 : 0;
              x = ops.batchNorm(y, norm, { training, activation: "leakyRelu", momentum });
            } else x = ops.activate(tf.add(y, bias!) as Tensor4D, "leakyRelu");
          }
          const images = x.shape[0], score = tf.reshape(ops.conv2d(x, last(update)), [images]);
          const byClass = tf.matMul(tf.sum(x, [1, 2]) as Tensor2D, table(update));
          return tf.addN([score, tf.sum(tf.mul(byClass, targets), 1), tf.tile(shift, [images])]) as Tensor1D;
        }),
      derivative: (image, direction, targets) =>
        tf.tidy(() => {
          let x = image, moved = direction;
          for (const { weight, norm, bias } of blocks) {
            const filter = weight(false), options = { stride: 2, padding: 1 };
            const [y, dy] = [ops.conv2d(x, filter, options), ops.conv2d(moved, filter, options)];
            const [z, dz] = norm ? normDerivative(y, dy, norm) : [tf.add(y, bias!) as Tensor4D, dy];
            [x, moved] = [ops.activate(z, "leakyRelu"), gated(dz, z)];
          }
          const score = tf.reshape(ops.conv2d(moved, last(false)), [image.shape[0]]);
          const byClass = tf.matMul(tf.sum(moved, [1, 2]) as Tensor2D, table(false));
          return tf.add(score, tf.sum(tf.mul(byClass, targets), 1)) as Tensor1D;
        }),
      dispose: () => tf.dispose([...Object.values(params), ...Object.values(buffers)]),
    };
  };
}

/** A batch norm and its derivative, where its input moves by `dx`; composed, as gradients go through both. */
function normDerivative(x: Tensor4D, dx: Tensor4D, { gamma, beta }: BatchNormVariables): [Tensor4D, Tensor4D] {
  const mean = (t: Tensor) => tf.mean(t, [0, 1, 2]), centred = (t: Tensor) => tf.sub(t, mean(t));
  const from = centred(x), inverse = tf.rsqrt(tf.add(mean(tf.square(from)), EPSILON));
  const normal = tf.mul(from, inverse), moved = centred(dx);
  const change = tf.mul(tf.sub(moved, tf.mul(normal, mean(tf.mul(normal, moved)))), inverse);
  return [tf.add(tf.mul(normal, gamma), beta) as Tensor4D, tf.mul(change, gamma) as Tensor4D];
}

/** Added to variances, as in PyTorch. */
const EPSILON = 1e-5;

/** The derivative of a leaky ReLU at z, where z moves by `dz`. Its slopes are constants, whose own derivative is nowhere needed. */
function gated(dz: Tensor4D, z: Tensor4D): Tensor4D {
  return runCustomGradient({
    inputs: { dz },
    forward: (save) => {
      const slope = tf.step(z, 0.2);
      save([slope]);
      return tf.mul(dz, slope);
    },
    backward: (dy, [slope]) => ({ dz: () => tf.mul(dy, slope!) }),
  }) as Tensor4D;
}

/** Every discriminator, by the name used in configs. */
export const DISCRIMINATORS: { readonly dcgan: Part<DcganDiscriminatorOptions, DiscriminatorMaker> } = {
  dcgan: part(
    z.strictObject({
      width: z.int().min(1).default(32).describe(
        "Channels after the first layer; they double with each halving of the image. The paper has 64.",
      ),
      norm: z.enum(["batch", "spectral", "none"]).default("batch").describe(
        "What bounds its layers: batch norms as in the paper, spectral norms (Miyato et al., 2018), or nothing.",
      ),
    }).describe("DCGAN's discriminator, with the class by projection (Radford et al., 2015; Miyato and Koyama, 2018)."),
    dcganDiscriminator,
  ),
};

/** A discriminator's name and options. */
export type DiscriminatorSpec = SpecOf<typeof DISCRIMINATORS>;
