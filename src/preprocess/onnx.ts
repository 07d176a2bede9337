/**
 * ONNX models, run by onnxruntime-node: the only file that loads the package, which is large and no dependency of maskfold.
 * Whoever names a model adds it. https://onnxruntime.ai/docs/get-started/with-javascript/node.html
 *
 * @module
 */
import type { Size } from "../core/records.ts";
import { type Pixels, resample } from "../core/resample.ts";

/** Numbers of some shape. */
export interface Values {
  /** The numbers, the last axis changing fastest. */
  readonly data: ArrayLike<number>;
  /** Lengths of the axes. */
  readonly dims: readonly number[];
}

/** A model that takes one input. */
export interface OnnxModel {
  /** Runs the model; gives its outputs by name, in their order. */
  run(
    input: { readonly data: Float32Array | Uint8Array; readonly dims: readonly number[] },
  ): Promise<Readonly<Record<string, Values>>>;
}

/** Opens a model's file. */
export type OpenModel = (path: string) => Promise<OnnxModel>;

/** The part of onnxruntime-node that is used. */
interface Runtime {
  readonly Tensor: new (
    type: "float32" | "uint8",
    data: Float32Array | Uint8Array,
    dims: readonly number[],
  ) => Values;
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<{
      readonly inputNames: readonly string[];
      run(feeds: Readonly<Record<string, Values>>): Promise<Readonly<Record<string, Values>>>;
    }>;
  };
}

/** Not in deno.json, so that nobody downloads it who names no model; a literal would have Deno look for it at once. */
const PACKAGE: string = "onnxruntime-node", VERSION = "1.30.0";

/** The command that adds onnxruntime-node to a project. */
export const ADD_RUNTIME: string = `deno add npm:${PACKAGE}@${VERSION}`;

/** How a model is opened. */
export interface OpenOnnxOptions {
  /** Threads that share an operation; one unless given, as images are spread over workers. */
  readonly threads?: number;
}

/**
 * Opens a model with onnxruntime-node.
 *
 * @param path The model's file.
 * @throws {Error} If the package is not there, or cannot read the file; the message says what to do.
 */
export async function openOnnx(path: string, { threads = 1 }: OpenOnnxOptions = {}): Promise<OnnxModel> {
  const { InferenceSession, Tensor } = await loadRuntime(() => import(PACKAGE));
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 3 };
  const session = await InferenceSession.create(path, options).catch((cause) => {
    throw new Error(`Cannot open the model "${path}": ${(cause as Error).message}`, { cause });
  });
  const [input, ...more] = session.inputNames;
  if (input === undefined || more.length > 0) {
    throw new TypeError(
      `Cannot open the model "${path}" as it must have one input: it has ${session.inputNames.length}`,
    );
  }
  const typeOf = (data: Float32Array | Uint8Array) => data instanceof Uint8Array ? "uint8" : "float32";
  return { run: ({ data, dims }) => session.run({ [input]: new Tensor(typeOf(data), data, dims) }) };
}

/** Whether onnxruntime-node is there, so that models can be run. */
export async function hasRuntime(): Promise<boolean> {
  return await loadRuntime(() => import(PACKAGE)).then(() => true, () => false);
}

/**
 * Loads the package.
 *
 * @param load Imports it.
 * @throws {Error} If it cannot be had; the message tells the command that adds it.
 */
export async function loadRuntime(load: () => Promise<unknown>): Promise<Runtime> {
  try {
    const module = await load() as Runtime & { readonly default?: Runtime };
    return module.InferenceSession ? module : module.default!;
  } catch (cause) {
    throw new Error(
      `Cannot run an ONNX model as ${PACKAGE} must be installed: ${ADD_RUNTIME} adds it ` +
        `(${(cause as Error).message.split("\n")[0]})`,
      { cause },
    );
  }
}

/** How an image becomes a model's input. */
export interface ModelInput {
  /** Height and width in pixels that the image is resized to. */
  readonly size: Size;
  /** Taken from the bytes, by channel. */
  readonly mean: readonly [number, number, number];
  /** What the rest is divided by, by channel. */
  readonly std: readonly [number, number, number];
}

/**
 * An image as a model's input, channels first.
 *
 * @returns Numbers `[1, 3, H, W]`.
 */
export function modelInput(image: Pixels, { size: [height, width], mean, std }: ModelInput): Values & {
  readonly data: Float32Array;
} {
  const { data } = resample(image, { height, width }), area = height * width;
  const out = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) {
    for (let p = 0; p < area; p++) out[c * area + p] = (data[3 * p + c]! - mean[c]!) / std[c]!;
  }
  return { data: out, dims: [1, 3, height, width] };
}
