/**
 * What is behind a person painted over with one colour.
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { type Pixels, resample } from "../core/resample.ts";
import { modelInput, type OnnxModel, type OpenModel, openOnnx } from "./onnx.ts";
import { segmentPerson } from "./segment.ts";
import type { Preprocess } from "./step.ts";

/** Options of erasing. */
export interface EraseBackgroundOptions {
  /** The colour that takes the background's place: a byte, or red, green and blue. */
  readonly fill: number | readonly [red: number, green: number, blue: number];
  /** Longer side of the copy on which the person is sought without a model, in pixels. */
  readonly side: number;
  /** An ONNX model's file that finds the person in its place; null: none. */
  readonly model: string | null;
  /** Height and width of the model's input. */
  readonly modelSize: readonly [height: number, width: number];
  /** What the model takes from the bytes of red, green and blue. */
  readonly modelMean: readonly [number, number, number];
  /** What the model divides the rest by. */
  readonly modelStd: readonly [number, number, number];
}

/** How likely each place is the person's, on a grid. */
interface Chances {
  readonly values: ArrayLike<number>;
  readonly size: Size;
}

/**
 * Makes the step.
 *
 * @param options Colour, and how the person is found.
 * @param open Opens a model's file.
 */
export function eraseBackground(
  { fill, side, model, modelSize, modelMean, modelStd }: EraseBackgroundOptions,
  open: OpenModel = openOnnx,
): Preprocess {
  const color = typeof fill === "number" ? [fill, fill, fill] as const : fill;
  if (model === null) return (image) => paintOver(image, findBySegments(image, side), color);
  let opened: Promise<OnnxModel> | undefined;
  return async (image) => {
    opened ??= open(model);
    const input = modelInput(image, { size: modelSize, mean: modelMean, std: modelStd });
    const [output] = Object.values(await (await opened).run(input));
    return paintOver(image, readChances(model, output), color);
  };
}

function findBySegments(image: Pixels, side: number): Chances {
  const scale = Math.min(1, side / Math.max(image.height, image.width));
  const size = [image.height, image.width].map((length) => Math.max(1, Math.round(length * scale)));
  const [height, width] = size as [number, number];
  return { values: segmentPerson(resample(image, { height, width })), size: [height, width] };
}

/** The first map of a model's first output. */
function readChances(model: string, output: { data: ArrayLike<number>; dims: readonly number[] } | undefined): Chances {
  const [height = 0, width = 0] = output?.dims.slice(-2) ?? [];
  const values = output?.data ?? [];
  for (let p = 0; p < height * width; p++) {
    if (values[p]! >= -1e-3 && values[p]! <= 1.001) continue;
    throw new TypeError(
      `Cannot find the person with "${model}" as its output must be probabilities: the first other value is ${
        values[p]
      }`,
    );
  }
  if (height * width === 0) {
    throw new TypeError(
      `Cannot find the person with "${model}" as its first output must be [1, 1, H, W]: it is [${output?.dims}]`,
    );
  }
  return { values, size: [height, width] };
}

/**
 * Blends the image with a colour by chances that are brought to its size, bilinearly. From a quarter to three quarters of a
 * chance the image's share goes from none to all, so that a surface that is hardly in doubt leaves no ghost.
 */
function paintOver(
  { data, height, width }: Pixels,
  { values, size: [rows, columns] }: Chances,
  [red, green, blue]: readonly [number, number, number],
): Pixels {
  const out = new Uint8Array(data.length), line = new Float64Array(columns);
  const across = placesOf(width, columns), down = placesOf(height, rows);
  for (let y = 0, i = 0; y < height; y++) {
    const top = down.first[y]! * columns, bottom = down.second[y]! * columns, lower = down.share[y]!;
    for (let x = 0; x < columns; x++) line[x] = values[top + x]! * (1 - lower) + values[bottom + x]! * lower;
    for (let x = 0; x < width; x++, i += 3) {
      const left = line[across.first[x]!]!, share = left + (line[across.second[x]!]! - left) * across.share[x]!;
      const kept = share <= 0.25 ? 0 : share >= 0.75 ? 1 : 2 * share - 0.5;
      out[i] = red + (data[i]! - red) * kept + 0.5;
      out[i + 1] = green + (data[i + 1]! - green) * kept + 0.5;
      out[i + 2] = blue + (data[i + 2]! - blue) * kept + 0.5;
    }
  }
  return { data: out, height, width };
}

/** For each pixel of a side the two cells of a grid that it lies between, and how near it is to the second, 0..1. */
function placesOf(length: number, cells: number) {
  const first = new Int32Array(length), second = new Int32Array(length), share = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    const place = Math.min(cells - 1, Math.max(0, (at + 0.5) * cells / length - 0.5));
    first[at] = Math.floor(place);
    second[at] = Math.min(cells - 1, first[at]! + 1);
    share[at] = place - first[at]!;
  }
  return { first, second, share };
}
