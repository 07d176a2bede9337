/**
 * A run's model as files for elsewhere, each tried on the same images as the model itself.
 *
 * @module
 */
import { ensureDir, statIfThere, writeAtomic } from "../io/mod.ts";
import { inputTensor, type Model, saveWeights } from "../models/mod.ts";
import { ADD_RUNTIME, hasRuntime, openOnnx } from "../preprocess/onnx.ts";
import { currentBackend } from "../tensor/mod.ts";
import * as tf from "../tensor/tf.ts";
import { loadModel, type Run } from "../train/mod.ts";
import { type OnnxInput, onnxModel } from "./onnx.ts";
import { trialImages } from "./trial_images.ts";

/** What is written. */
export interface ExportModelOptions {
  /** The folder; it is made if need be. */
  readonly dir: string;
  /** Kinds of files; both by default. */
  readonly formats?: readonly ("onnx" | "safetensors")[];
  /** What the second ONNX file, `model.f16.onnx`, has with 16 bits; `"none"`: no such file. The weights by default. */
  readonly half?: "none" | "weights" | "whole";
  /** Whether batch norms go into the convolutions before them; true by default. */
  readonly foldNorms?: boolean;
  /** What ONNX files take; bytes as images are decoded by default. */
  readonly input?: OnnxInput;
  /** Texts for the files' metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Stops the work between files. */
  readonly signal?: AbortSignal;
}

/** A file that was written, and how it did. */
export interface ExportedFile {
  /** Its name in the folder. */
  readonly file: string;
  /** How its numbers are stored and computed with. */
  readonly numbers: string;
  /** Its size. */
  readonly bytes: number;
  /** What ran it. */
  readonly runtime: string;
  /** Milliseconds an image in batches of eight, the fastest of several; null where it was not run. */
  readonly milliseconds: number | null;
  /** The largest difference of a logit from the model's own; null where it was not run. */
  readonly difference: number | null;
  /** Why it was not run; null where it was. */
  readonly note: string | null;
}

/** What is said of each kind of file. */
const NUMBERS = {
  none: "32 bits",
  weights: "weights of 16 bits, computed with in 32",
  whole: "16 bits, but for pixels, layer norms and the head",
} as const;

/** Images that files are tried on. */
const IMAGES = 8;

/** Passes that are timed; one more before them is not. */
const PASSES = 5;

/**
 * Writes a run's model: `model.safetensors`, `model.onnx`, which gives `logits` and `probabilities`, and `model.f16.onnx`.
 * ONNX files are run by onnxruntime-node, on as many threads as the backend has, if that package is there.
 *
 * @param run The run; the backend must have been started.
 * @param options Which files, and where.
 * @returns The files in the order in which they were written.
 * @throws {TypeError | RangeError} As `onnxModel` does.
 */
export async function exportModel(run: Run, options: ExportModelOptions): Promise<readonly ExportedFile[]> {
  const { dir, formats = ["safetensors", "onnx"], half = "weights", foldNorms, input = "bytes", signal } = options;
  const model = await loadModel(run), files: ExportedFile[] = [];
  try {
    await ensureDir(dir);
    const images = trialImages(IMAGES, model.input.size), own = await timed(() => logitsOf(model, images));
    const bits = half === "none" ? ["none"] as const : ["none", half] as const;
    if (formats.includes("safetensors")) {
      const file = "model.safetensors", { name, threads } = currentBackend() ?? { name: tf.getBackend(), threads: 1 };
      await saveWeights(model, `${dir}/${file}`, { metadata: options.metadata });
      const runtime = `maskfold, ${name}${name === "wasm" ? `, ${threadsText(threads)}` : ""}`;
      const found = { runtime, milliseconds: own.milliseconds, difference: 0, note: null };
      files.push({ file, numbers: NUMBERS.none, bytes: await sizeOf(`${dir}/${file}`), ...found });
    }
    for (const half of formats.includes("onnx") ? bits : []) {
      signal?.throwIfAborted();
      const file = half === "none" ? "model.onnx" : "model.f16.onnx";
      const { schema } = run, { metadata } = options;
      const bytes = await onnxModel(model, { schema, metadata, foldNorms, input, half, softmax: true });
      await writeAtomic(`${dir}/${file}`, bytes);
      const found = await tryFile(`${dir}/${file}`, model, { input, images, own: own.value });
      files.push({ file, numbers: NUMBERS[half], bytes: bytes.length, ...found });
    }
    return files;
  } finally {
    model.dispose();
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await statIfThere(path))!.size;
}

const threadsText = (threads: number) => `${threads} ${threads === 1 ? "thread" : "threads"}`;

/** Runs a file on the images, where the runtime is there. */
async function tryFile(
  path: string,
  model: Model,
  { input, images, own }: { readonly input: OnnxInput; readonly images: Uint8Array; readonly own: Float32Array },
): Promise<Omit<ExportedFile, "file" | "numbers" | "bytes">> {
  const threads = currentBackend()?.threads ?? 1, runtime = `onnxruntime-node, ${threadsText(threads)}`;
  if (!await hasRuntime()) {
    const note = `ONNX files were not run as onnxruntime-node is not installed: \`${ADD_RUNTIME}\` adds it`;
    return { runtime, milliseconds: null, difference: null, note };
  }
  const opened = await openOnnx(path, { threads }), given = await inputOf(model, images, input);
  const { value, milliseconds } = await timed(async () => (await opened.run(given)).logits!.data);
  const difference = own.reduce((most, logit, i) => Math.max(most, Math.abs(logit - value[i]!)), 0);
  return { runtime, milliseconds, difference, note: null };
}

/** The model's own logits of images. */
async function logitsOf(model: Model, images: Uint8Array): Promise<Float32Array> {
  const logits = tf.tidy(() => model.forward(inputTensor(images, IMAGES, model.input), { training: false }).logits);
  const values = await logits.data() as Float32Array;
  logits.dispose();
  return values;
}

/** Images as a file takes them. */
async function inputOf({ input }: Model, images: Uint8Array, how: OnnxInput) {
  const [height, width] = input.size;
  if (how === "bytes") return { data: images, dims: [IMAGES, height, width, 3] };
  const turned = tf.tidy(() => {
    const x = how === "pixels"
      ? tf.tensor4d(Float32Array.from(images), [IMAGES, height, width, 3])
      : inputTensor(images, IMAGES, input);
    return tf.transpose(x, [0, 3, 1, 2]);
  });
  const data = await turned.data() as Float32Array;
  turned.dispose();
  return { data, dims: turned.shape };
}

/** What a function gives, and the milliseconds an image that it takes. */
async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly milliseconds: number }> {
  const value = await run();
  let fastest = Infinity;
  for (let pass = 0; pass < PASSES; pass++) {
    const started = performance.now();
    await run();
    fastest = Math.min(fastest, performance.now() - started);
  }
  return { value, milliseconds: fastest / IMAGES };
}
