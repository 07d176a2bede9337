/**
 * Where in an image a network sees a class: Grad-CAM. Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391
 *
 * The maps are those before pooling. A map is as coarse as they are: a place is `H / h` pixels high.
 *
 * @module
 */
import { checkInteger, checkLabels, checkSameLength } from "../core/check.ts";
import { inputTensor, type Model } from "../models/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../tensor/types.ts";

/** What is looked for. */
export interface GradCamOptions {
  /** Classes to look for, one for each image `[B]` or one for all; by default what the model says each image is. */
  readonly classIndex?: number | ArrayLike<number>;
}

/** How much each place speaks for a class. */
export interface HeatMaps {
  /** `[B, h, w]`, 0..1: of the strongest place of its image; all are 0 where no place speaks for the class. */
  readonly values: Float32Array;
  /** Height h and width w of the model's last feature maps. */
  readonly size: readonly [height: number, width: number];
  /** The class of each map `[B]`. */
  readonly classes: Int32Array;
}

/**
 * Says how much each place of the last feature maps speaks for a class: the positive part of the maps' sum, each weighted
 * by the mean over places of the gradient of the class's logit, divided by the image's largest. The model runs as in
 * evaluation. A class's logit is the whole one, also where a head adds it up from attributes.
 *
 * @param model The model, on a backend started for training, as gradients are taken.
 * @param pixels RGB 0..255, `[B, H, W, 3]`, of the model's size.
 * @param options Which classes.
 * @returns A map an image; none is larger than the maps of the network.
 * @throws {TypeError} If the pixels are not of whole images of the model's size, or there are not as many classes as images.
 * @throws {RangeError} If there is no image, or a class is not one of the model's.
 */
export async function gradCam(model: Model, pixels: Uint8Array, options: GradCamOptions = {}): Promise<HeatMaps> {
  const [height, width] = model.input.size, stride = height * width * 3, batch = pixels.length / stride;
  if (!Number.isInteger(batch)) {
    throw new TypeError(
      `Cannot take Grad-CAM as pixels must be images of ${height} x ${width}, ${stride} bytes each: current number of ` +
        `bytes is ${pixels.length}`,
    );
  }
  checkInteger("take Grad-CAM", "the number of images", batch, { min: 1 });
  const given = classesOf(options.classIndex, batch, model.classes.length);
  const maps = tf.tidy(() => model.maps(inputTensor(pixels, batch, model.input), { training: false }));
  const [, h, w] = maps.shape;
  try {
    const classes = given ?? await likeliest(model, maps);
    const heat = tf.tidy(() => heatOf(model, maps, classes));
    const values = await heat.data() as Float32Array;
    heat.dispose();
    return { values, size: [h, w], classes };
  } finally {
    maps.dispose();
  }
}

function classesOf(classIndex: GradCamOptions["classIndex"], batch: number, classes: number): Int32Array | undefined {
  if (classIndex === undefined) return undefined;
  const given = typeof classIndex === "number" ? new Array<number>(batch).fill(classIndex) : Array.from(classIndex);
  checkSameLength("take Grad-CAM", { classIndex: given, images: { length: batch } });
  checkLabels("take Grad-CAM", "classIndex", given, { classes });
  return Int32Array.from(given);
}

/** What the model says the images are `[B]`. */
async function likeliest(model: Model, maps: Tensor4D): Promise<Int32Array> {
  const best = tf.tidy(() => tf.argMax(logitsOf(model, maps), 1));
  const classes = await best.data();
  best.dispose();
  return Int32Array.from(classes);
}

function logitsOf(model: Model, maps: Tensor4D): Tensor2D {
  const options = { training: false };
  return model.classify(model.pool(maps, options), options).logits;
}

/** Heat `[B, h, w]` for a class an image. In evaluation no image changes another's logits, so that their sum will do. */
function heatOf(model: Model, maps: Tensor4D, classes: Int32Array): Tensor {
  const wanted = tf.oneHot(tf.tensor1d(classes, "int32"), model.classes.length).toFloat();
  const gradient = tf.grad((x) => tf.sum(tf.mul(logitsOf(model, x as Tensor4D), wanted)))(maps);
  const weights = tf.mean(gradient, [1, 2], true);
  const heat = tf.relu(tf.sum(tf.mul(maps, weights), 3));
  const most = tf.max(heat, [1, 2], true);
  return tf.div(heat, tf.add(most, tf.equal(most, 0).toFloat())); // an image without heat stays at 0
}
