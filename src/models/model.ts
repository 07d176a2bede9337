/**
 * What a model is: named parameters and buffers, and a forward pass over normalised pixels.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor1D, Tensor2D, Tensor4D, Variable } from "../tensor/types.ts";
import { type InputSpec, normaliser } from "./input.ts";

/** How a forward pass is made. */
export interface ForwardOptions {
  /** Whether batch norms use the batch's statistics, and dropout and drop path are on. */
  readonly training: boolean;
  /** Where dropout and drop path are drawn from; needed in training. */
  readonly rng?: Rng;
  /** Share of a batch's statistics in the running ones, 0..1; the norms' own unless given. */
  readonly momentum?: number;
  /** Whether the backbone's norms use and keep their running statistics in training too. */
  readonly frozenNorms?: boolean;
  /** Target probabilities `[B, C]`, for heads whose scores in training depend on them. */
  readonly targets?: Tensor2D;
}

/** What a head makes of features. */
export interface HeadOutput {
  /** Class scores `[B, C]`, before softmax. */
  readonly logits: Tensor2D;
  /** Scores `[B, C]` that the loss is taken of in training, and averaged over, where they are not the logits. */
  readonly lossLogits?: readonly Tensor2D[];
  /** The number that the head tells beside the class, `[B]`, as its {@linkcode Regression} says. */
  readonly value?: Tensor1D;
}

/** What a forward pass gives. */
export interface Output extends HeadOutput {
  /** What the head reads `[B, D]`. */
  readonly features: Tensor2D;
}

/** A number that a model learns to tell beside the class. */
export interface Regression {
  /** The samples' attribute, a number: `age`, in years. */
  readonly attribute: string;
  /** Factor on its loss when it is added to the classes' loss. */
  readonly weight: number;
}

/** Where a parameter stands in PyTorch's layout, which weight files use. */
export type Layout = "conv" | "depthwise" | "linear" | "vector";

/** A network. The tensors belong to it until `dispose`. */
export interface Model {
  /** The architecture's name, as timm has it. */
  readonly name: string;
  /** What it takes. */
  readonly input: InputSpec;
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** Trained variables by timm's name, in timm's order. */
  readonly params: Readonly<Record<string, Variable>>;
  /** Running statistics by timm's name. */
  readonly buffers: Readonly<Record<string, Variable>>;
  /** Layout of each parameter; buffers are vectors. */
  readonly layouts: Readonly<Record<string, Layout>>;
  /** How deep each parameter stands: 0 for the first layer, one more for each block, the head last. */
  readonly depths: Readonly<Record<string, number>>;
  /** What the names of the head's parameters begin with. */
  readonly headName: string;
  /** The number that is learned beside the class, if any. */
  readonly regression?: Regression;
  /**
   * Runs the network.
   *
   * @param x Normalised pixels `[B, H, W, 3]`.
   */
  forward(x: Tensor4D, options: ForwardOptions): Output;
  /**
   * Runs it up to its last feature maps, where a place still is a place in the image.
   *
   * @param x Normalised pixels `[B, H, W, 3]`.
   * @returns `[B, H', W', D']`.
   */
  maps(x: Tensor4D, options: ForwardOptions): Tensor4D;
  /**
   * Makes the head's features of feature maps.
   *
   * @param maps `[B, H', W', D']`.
   * @returns `[B, D]`.
   */
  pool(maps: Tensor4D, options: ForwardOptions): Tensor2D;
  /**
   * Runs the head.
   *
   * @param features `[B, D]`.
   */
  classify(features: Tensor2D, options: ForwardOptions): HeadOutput;
  /** Frees the variables. */
  dispose(): void;
}

/**
 * Bytes as a model's input.
 *
 * @param bytes RGB 0..255, `[B, H, W, 3]`; may be longer.
 * @param batch B, the number of images.
 * @param input The model's mean, deviation and size.
 * @returns `(x / 255 - mean) / std`, `[B, H, W, 3]`; the caller's to dispose of.
 */
export function inputTensor(
  bytes: Uint8Array,
  batch: number,
  input: Pick<InputSpec, "size" | "mean" | "std">,
): Tensor4D {
  const [height, width] = input.size, values = new Float32Array(batch * height * width * 3);
  normaliser(input)(bytes, values);
  return tf.tensor4d(values, [batch, height, width, 3]);
}
