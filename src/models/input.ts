/**
 * A model's input step: bytes to normalised pixels. It is apart from the models, as loading workers need it alone.
 *
 * @module
 */

/** How pixels become a model's input. Weights belong to the mean and deviation that they were trained with. */
export interface InputSpec {
  /** Height and width in pixels. */
  readonly size: readonly [height: number, width: number];
  /** Mean per channel (RGB), of pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  /** Deviation per channel (RGB), of pixels scaled to 0..1. */
  readonly std: readonly [number, number, number];
  /** The filter that images were resized with where the weights come from. */
  readonly interpolation: "bilinear" | "bicubic";
}

/** ImageNet's mean and deviation, which most published weights were trained with. */
export const IMAGENET_INPUT: Omit<InputSpec, "size"> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  interpolation: "bilinear",
};

/**
 * The only place that scales: `(x / 255 - mean) / std`.
 *
 * @param input The model's mean and deviation.
 * @returns A function that fills `values` from as many bytes (RGB, 0..255, `[B, H, W, 3]`).
 */
export function normaliser({ mean, std }: Pick<InputSpec, "mean" | "std">): (
  bytes: Uint8Array,
  values: Float32Array,
) => void {
  const tables = mean.map((m, c) => Float32Array.from({ length: 256 }, (_, v) => (v / 255 - m) / std[c]!));
  const [red, green, blue] = tables as [Float32Array, Float32Array, Float32Array];
  return (bytes, values) => {
    for (let i = 0; i < values.length; i += 3) {
      values[i] = red[bytes[i]!]!;
      values[i + 1] = green[bytes[i + 1]!]!;
      values[i + 2] = blue[bytes[i + 2]!]!;
    }
  };
}
