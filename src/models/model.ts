/**
 * What a model is: named parameters and buffers, and a forward pass over normalised pixels.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor2D, Tensor4D, Variable } from "../tensor/types.ts";

/** How pixels become a model's input. */
export interface InputSpec {
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Mean per channel (RGB), of pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  /** Deviation per channel (RGB), of pixels scaled to 0..1. */
  readonly std: readonly [number, number, number];
}

/** How a forward pass is made. */
export interface ForwardOptions {
  /** Whether batch norms use the batch's statistics, and dropout and drop path are on. */
  readonly training: boolean;
  /** Where dropout and drop path are drawn from; needed in training. */
  readonly rng?: Rng;
}

/** What a forward pass gives. */
export interface Output {
  /** Class scores `[B, C]`, before softmax. */
  readonly logits: Tensor2D;
  /** What the head reads `[B, D]`. */
  readonly features: Tensor2D;
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
  /**
   * Runs the network.
   *
   * @param x Normalised pixels `[B, H, W, 3]`.
   */
  forward(x: Tensor4D, options: ForwardOptions): Output;
  /** Frees the variables. */
  dispose(): void;
}

/** ImageNet's mean and deviation, which most published weights were trained with. */
export const IMAGENET_INPUT: Omit<InputSpec, "size"> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * The model's input step: bytes to normalised pixels. The only place that scales.
 *
 * @param bytes RGB 0..255, `[B, H, W, 3]`; may be longer.
 * @param batch B, the number of images.
 * @param input The model's mean, deviation and size.
 * @returns `(x / 255 - mean) / std`, `[B, H, W, 3]`; the caller's to dispose of.
 */
export function inputTensor(
  bytes: Uint8Array,
  batch: number,
  { size: [height, width], mean, std }: InputSpec,
): Tensor4D {
  const tables = mean.map((m, c) => Float32Array.from({ length: 256 }, (_, v) => (v / 255 - m) / std[c]!));
  const [red, green, blue] = tables as [Float32Array, Float32Array, Float32Array];
  const values = new Float32Array(batch * height * width * 3);
  for (let i = 0; i < values.length; i += 3) {
    values[i] = red[bytes[i]!]!;
    values[i + 1] = green[bytes[i + 1]!]!;
    values[i + 2] = blue[bytes[i + 2]!]!;
  }
  return tf.tensor4d(values, [batch, height, width, 3]);
}
