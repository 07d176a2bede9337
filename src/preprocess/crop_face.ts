/**
 * The part of an image about its face, found by an ONNX detector; without one, or where it finds no face, the middle.
 *
 * The detector takes `[1, 3, H, W]` and gives `[1, N, 2]`, scores of no face and of a face, and `[1, N, 4]`, corners left, top,
 * right, bottom as shares of the sides, as https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB does.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";
import { modelInput, type OnnxModel, type OpenModel, openOnnx, type Values } from "./onnx.ts";
import type { Preprocess } from "./step.ts";

/** Options of cropping. */
export interface CropFaceOptions {
  /** The detector's ONNX file; null: every image is cropped to its middle. */
  readonly model: string | null;
  /** Height and width of the detector's input. */
  readonly modelSize: readonly [height: number, width: number];
  /** What the detector takes from the bytes of red, green and blue. */
  readonly modelMean: readonly [number, number, number];
  /** What the detector divides the rest by. */
  readonly modelStd: readonly [number, number, number];
  /** The least score that counts as a face, 0..1. */
  readonly threshold: number;
  /** How much is kept about the face on each side, as a share of its own. */
  readonly margin: number;
  /** Share of each side that is kept where no face was found. */
  readonly share: number;
}

/** A part of an image in shares of its sides. */
interface Part {
  readonly x: number;
  readonly y: number;
  /** Share of both sides, so that the shape stays. */
  readonly share: number;
}

/**
 * Makes the step. What it keeps has the image's own shape. It notes each image in which the detector found no face.
 *
 * @param options Detector, margin, and what is kept without a face.
 * @param open Opens a model's file.
 */
export function cropFace(options: CropFaceOptions, open: OpenModel = openOnnx): Preprocess {
  const { model, modelSize, modelMean, modelStd, threshold, margin, share } = options;
  const middle = { x: 0.5, y: 0.5, share };
  if (model === null) return (image) => cut(image, middle);
  let opened: Promise<OnnxModel> | undefined;
  return async (image, note) => {
    opened ??= open(model);
    const input = modelInput(image, { size: modelSize, mean: modelMean, std: modelStd });
    const { box, score } = bestBox(model, Object.values(await (await opened).run(input)));
    if (score >= threshold) {
      const [left, top, right, bottom] = box;
      const side = Math.max(right - left, bottom - top) * (1 + 2 * margin);
      return cut(image, { x: (left + right) / 2, y: (top + bottom) / 2, share: Math.min(1, side) });
    }
    note(`No face was found (best score ${score.toFixed(2)}, threshold ${threshold}); the middle was kept.`);
    return cut(image, middle);
  };
}

/** The box that is most likely a face. */
function bestBox(model: string, outputs: readonly Values[]) {
  const scores = outputs.find(({ dims }) => dims.length === 3 && dims[2] === 2);
  const boxes = outputs.find(({ dims }) => dims.length === 3 && dims[2] === 4);
  if (!scores || !boxes || scores.dims[1] !== boxes.dims[1]) {
    const found = outputs.map(({ dims }) => `[${dims.join(", ")}]`).join(", ");
    throw new TypeError(
      `Cannot find faces with "${model}" as its outputs must be [1, N, 2] and [1, N, 4]: current outputs are ${found}`,
    );
  }
  let best = 0;
  for (let n = 1; n < scores.dims[1]!; n++) if (scores.data[2 * n + 1]! > scores.data[2 * best + 1]!) best = n;
  const box = [0, 1, 2, 3].map((corner) => boxes.data[4 * best + corner]!) as [number, number, number, number];
  return { box, score: scores.data[2 * best + 1] ?? 0 };
}

/** Copies a part, moved inwards where it would reach over the border. */
function cut({ data, height, width }: Pixels, { x, y, share }: Part): Pixels {
  const rows = Math.max(1, Math.round(height * share)), columns = Math.max(1, Math.round(width * share));
  const top = Math.min(height - rows, Math.max(0, Math.round(y * height - rows / 2)));
  const left = Math.min(width - columns, Math.max(0, Math.round(x * width - columns / 2)));
  const out = new Uint8Array(rows * columns * 3);
  for (let row = 0; row < rows; row++) {
    const from = ((top + row) * width + left) * 3;
    out.set(data.subarray(from, from + columns * 3), row * columns * 3);
  }
  return { data: out, height: rows, width: columns };
}
