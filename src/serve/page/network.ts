/**
 * The network in the page: its files fetched from beside the page, its weights put into the same code that trained them, and
 * what it says of a picture.
 *
 * @module
 */
import type { ImageSet } from "../../core/records.ts";
import { makeImageSet } from "../../io/image_set.ts";
import { fitPixels } from "../../io/images.ts";
import { pairOf, placeImage } from "../../io/geometry.ts";
import type { Pixels } from "../../io/resample.ts";
import { parseHeader } from "../../io/safetensors_header.ts";
import { readNumbers } from "../../io/safetensors_numbers.ts";
import type { StoredTensor } from "../../io/safetensors.ts";
import { modelPart } from "../../models/architecture.ts";
import { inputTensor, type Model } from "../../models/model.ts";
import { assignTensors } from "../../models/weights.ts";
import { ARCHITECTURES, type ModelName } from "../../models/zoo.ts";
import { applyCalibration } from "../../predict/calibrate.ts";
import { gradCam } from "../../predict/grad_cam.ts";
import { overlayHeat } from "../../predict/overlay_heat.ts";
import { predict } from "../../predict/predict.ts";
import * as tf from "../../tensor/tf.ts";
import { bestInstructions, registerKernels, startEngine } from "../../tensor/wasm/mod.ts";
import type { PageModel, PageWeights } from "../page_model.ts";
import type { Heat, Seen } from "./messages.ts";

/** Networks that are ready. */
export interface Network {
  /** What model.json says. */
  readonly about: PageModel;
  /** The members' probabilities of a picture, averaged. */
  classify(picture: Pixels): Promise<Float32Array>;
  /** Where the first member sees a class. */
  heat(picture: Pixels, classIndex: number): Promise<Heat>;
  /** The part of a picture that they see, as shares of its sides. */
  seen(picture: Pick<Pixels, "height" | "width">): Seen;
}

/** Pixels of the longer side of what is shown with heat on it. */
const SHOWN = 480;

/**
 * Loads the networks.
 *
 * @param onLoading Called with the share of the weights that have come.
 * @throws {Error} If a file is missing, or not what model.json says.
 */
export async function loadNetwork(onLoading: (share: number) => void): Promise<Network> {
  const about = await (await fetchFile("model.json")).json() as PageModel;
  const total = about.members.reduce((sum, { bytes }) => sum + bytes, 0);
  let loaded = 0;
  const [files] = await Promise.all([
    Promise.all(about.members.map((weights) => fetchWeights(weights, (bytes) => onLoading((loaded += bytes) / total)))),
    startBackend(),
  ]);
  const models: Model[] = [];
  for (const file of files) models.push(await makeModel(about, file));
  warmUp(models[0]!);
  return {
    about,
    async classify(picture) {
      const mean = new Float32Array(about.schema.classes.length), image = singleImage(picture, about);
      for (const model of models) {
        const { probabilities } = await predict(model, image, { views: about.views, average: about.average });
        probabilities.forEach((p, c) => mean[c]! += p / models.length);
      }
      if (!about.calibration) return mean;
      return applyCalibration({ ...image, classes: about.schema.classes, probabilities: mean }, about.calibration)
        .probabilities;
    },
    async heat(picture, classIndex) {
      const small = fitPixels(picture, about.image);
      const maps = await gradCam(models[0]!, small.data, { classIndex });
      const factor = SHOWN / Math.max(small.height, small.width), scale = (side: number) => Math.round(side * factor);
      const { resized } = placeImage([picture.height, picture.width], about.image);
      const size = [scale(small.height), scale(small.width)] as const;
      const large = fitPixels(picture, { resize: [scale(resized[0]), scale(resized[1])], crop: size });
      return { rgba: opaque(overlayHeat(large.data, maps, { size, strength: 0.6 })), size };
    },
    seen({ height, width }) {
      const { resized: [down, across], window, size, offset } = placeImage([height, width], about.image);
      return {
        top: (window.top - offset[0]) / down,
        left: (window.left - offset[1]) / across,
        height: size[0] / down,
        width: size[1] / across,
      };
    },
  };
}

/** The stock wasm backend with the house's kernels, on one thread. */
async function startBackend(): Promise<void> {
  tf.enableProdMode();
  const instructions = bestInstructions();
  await startEngine({ threads: 1, instructions }).catch((cause) => {
    throw new Error("This browser is too old for the network: it must have WebAssembly with SIMD.", { cause });
  });
  registerKernels();
}

/** The first pass allocates and compiles; it should not be the visitor's. */
function warmUp(model: Model): void {
  const [height, width] = model.input.size;
  tf.tidy(() =>
    model.forward(inputTensor(new Uint8Array(height * width * 3), 1, model.input), { training: false }).logits
  );
}

async function fetchFile(name: string): Promise<Response> {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`Cannot load ${name} as the server answers ${response.status}`);
  return response;
}

async function fetchWeights(
  { file, bytes, sha256 }: PageWeights,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { body } = await fetchFile(file), whole = new Uint8Array(bytes), reader = body!.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > bytes) throw new Error(`Cannot load ${file} as it must have ${bytes} bytes: it has more`);
    whole.set(value, at);
    at += value.length;
    onBytes(value.length);
  }
  if (at < bytes) throw new Error(`Cannot load ${file} as it must have ${bytes} bytes: it has ${at}`);
  if (globalThis.isSecureContext) { // where not, a browser has no digests
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== sha256) throw new Error(`Cannot use ${file} as it is not the file that model.json names`);
  }
  return whole;
}

async function makeModel(about: PageModel, bytes: Uint8Array<ArrayBuffer>): Promise<Model> {
  const { model: { name, ...options }, schema, input } = about;
  const part = modelPart(name, ARCHITECTURES[name as ModelName]);
  const levels = schema.attributes.map((attribute) => attribute.levels.length);
  const model = part.make(options as never).make({ classes: schema.classes, levels, seed: 0, size: input.size, input });
  assignTensors(model, await readTensors(bytes), "the weights");
  return model;
}

async function readTensors(bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, StoredTensor>> {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true)), start = 8 + length;
  const { places } = parseHeader(bytes.subarray(8, start), bytes.length - start, (rule) => {
    throw new SyntaxError(`Cannot read the weights as ${rule}`);
  });
  const source = {
    name: "weights",
    size: bytes.length,
    fill: (into: Uint8Array, at: number) => Promise.resolve(into.set(bytes.subarray(at, at + into.length))),
    [Symbol.dispose]() {},
  };
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, place] of places) {
    tensors[name] = { shape: place.shape, data: await readNumbers(source, name, place, start) };
  }
  return tensors;
}

/** RGB as a canvas takes it. */
function opaque(rgb: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(rgb.length / 3 * 4).fill(255);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) rgba.set(rgb.subarray(from, from + 3), to);
  return rgba;
}

/** One picture as predictions take their images. */
function singleImage(picture: Pixels, { image }: PageModel): ImageSet {
  const { data, height, width } = fitPixels(picture, image);
  return makeImageSet(
    { ids: ["picture"], size: pairOf([height, width]), digest: "", faults: [] },
    (_, out) => out.set(data),
    () => {},
  );
}
