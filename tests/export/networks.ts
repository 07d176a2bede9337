/** A small network of every family of the zoo, with norms and biases unlike their starting values. @module */
import { build } from "../../src/core/parts.ts";
import { type Rng, seededRng } from "../../src/core/rng.ts";
import { modelPart } from "../../src/models/architecture.ts";
import { convNeXt, CONVNEXTS } from "../../src/models/families/convnext.ts";
import { denseNet, DENSENETS } from "../../src/models/families/densenet.ts";
import { efficientNet, EFFICIENTNETS } from "../../src/models/families/efficientnet.ts";
import { mobileNetV3, MOBILENETV3S } from "../../src/models/families/mobilenetv3.ts";
import { regNet, REGNETS } from "../../src/models/families/regnet.ts";
import { resNet, RESNETS } from "../../src/models/families/resnet.ts";
import type { Architecture, HeadSpec, Model } from "../../src/models/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import type { Tensor4D } from "../../src/tensor/types.ts";
import { SMALL_DENSENET, SMALL_MOBILENETV3 } from "../models/zoo_small.ts";
import { normals } from "../tensor/compare.ts";

const EFFICIENTNET: Architecture["build"] = (layers, { dropPath }) =>
  efficientNet(
    layers,
    { stem: 8, stages: [[1, 3, 1, 1, 8], [2, 3, 2, 6, 8], [1, 5, 2, 6, 16]], features: 24 },
    dropPath,
  );

const narrow = { stem: 8, stages: [[2, 4, 16], [1, 6, 24], [1, 8, 32]] } as const;

/** Every family, and each way of building it that has operations of its own. */
export const NETWORKS: Readonly<Record<string, Architecture>> = {
  efficientnet: { ...EFFICIENTNETS.efficientnet_b0, build: EFFICIENTNET },
  tf_efficientnet: { ...EFFICIENTNETS.tf_efficientnet_b0, build: EFFICIENTNET },
  mobilenetv3: {
    ...MOBILENETV3S.mobilenetv3_large_100,
    build: (layers, { dropPath }) => mobileNetV3(layers, SMALL_MOBILENETV3, dropPath),
  },
  densenet: { ...DENSENETS.densenet121, build: (layers) => denseNet(layers, SMALL_DENSENET) },
  convnext: { ...CONVNEXTS.convnext_tiny, build: (layers) => convNeXt(layers, [[2, 6], [1, 8], [1, 12]], 0) },
  resnet: {
    ...RESNETS.resnet18,
    build: (layers) => resNet(layers, { stem: 8, stages: [[2, 8, 8], [1, 12, 12]], bottleneck: false }, 0),
  },
  resnet_bottleneck: {
    ...RESNETS.resnet50,
    build: (layers) => resNet(layers, { ...narrow, bottleneck: true }, 0),
  },
  resnext: {
    ...RESNETS.resnext50_32x4d,
    build: (layers) => resNet(layers, { stem: 8, stages: [[1, 8, 32], [1, 12, 48]], bottleneck: true, groups: 4 }, 0),
  },
  regnet: {
    ...REGNETS.regnety_008,
    build: (layers) => regNet(layers, { stem: 8, stages: [[1, 8, 2], [2, 12, 3]] }, 0),
  },
};

/** A network for 12 classes of three attributes, of odd sizes. */
export function makeNetwork(
  rng: Rng,
  architecture: Architecture,
  { head = { name: "plain" }, size = [45, 38] }: { head?: HeadSpec; size?: readonly [number, number] } = {},
): Model {
  const model = build("model", { net: modelPart("net", architecture) }, { name: "net", head })
    .make({ classes: 12, levels: [3, 2, 2], seed: 1, size });
  for (const [name, variable] of Object.entries(model.params)) {
    if (variable.rank > 1) continue;
    const noise = normals(rng.fork(name), variable.size).map((value) => 0.2 * value);
    tf.tidy(() => variable.assign(tf.add(variable, tf.tensor1d(noise))));
  }
  tf.tidy(() => { // Running statistics become those of some images, so that numbers stay of usual sizes.
    const x = tf.tensor4d(normals(rng.fork("images"), 12 * size[0] * size[1]), [4, ...size, 3]);
    return model.forward(x, { training: true, rng, momentum: 1 }).logits;
  }).dispose();
  return model;
}

/** Normalised pixels for a model, and what it makes of them. */
export async function runModel(model: Model, batch: number, seed = 1) {
  const [height, width] = model.input.size, values = normals(seededRng(seed), batch * height * width * 3);
  const x = tf.tensor4d(values, [batch, height, width, 3]), turned = tf.transpose(x, [0, 3, 1, 2]);
  const { logits, value } = tf.tidy(() => {
    const { logits, value } = model.forward(x, { training: false });
    return { logits, ...(value && { value }) };
  }) as { logits: tf.Tensor; value?: tf.Tensor };
  const found = {
    values,
    channelsFirst: await turned.data() as Float32Array,
    dims: [batch, 3, height, width],
    logits: await logits.data() as Float32Array,
    number: await value?.data() as Float32Array | undefined,
  };
  tf.dispose([x, turned, logits, ...(value ? [value] : [])]);
  return found;
}

/** Normalised pixels `[B, H, W, 3]` as a tensor. */
export function pixelsOf(values: Float32Array, [batch, , height, width]: readonly number[]): Tensor4D {
  return tf.tensor4d(values, [batch!, height!, width!, 3]);
}

/**
 * The largest difference from a list of numbers of the same length; as a share of the largest number where that is more than
 * 1, as networks with random weights may have logits of thousands.
 */
export function distance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let worst = 0, scale = 1;
  for (let i = 0; i < found.length; i++) {
    worst = Math.max(worst, Math.abs(found[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return worst / scale;
}
