import { assert } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { createModel, type ModelSpec } from "../../src/models/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import { ownOps, setOwnOps } from "../../src/tensor/own.ts";
import * as tf from "../../src/tensor/tf.ts";
import { fillModel, uniform } from "../train/lcg.ts";

/** A network, and images on which its gradients are compared. */
interface Case {
  readonly model: ModelSpec;
  readonly size: readonly [height: number, width: number];
  readonly batch: number;
  /**
   * Whether rounding grows so much that a fixed bound would say nothing: PyTorch's own single precision is off by 9e-3 from
   * its double in DenseNet with random weights. The bound is then three times what pixels changed by 2e-7 change.
   */
  readonly noisy?: boolean;
}

const CLASSES = 7;
const drops = { dropPath: 0.5, head: { name: "plain", dropout: 0.3 } } as const;

/** Compared with the cpu backend, which has no op or kernel of our own: about a second for each image of 32 pixels. */
const ON_CPU: readonly Case[] = [
  { model: { name: "efficientnet_nano", ...drops }, size: [33, 27], batch: 4 },
  { model: { name: "efficientnet_b0", ...drops }, size: [40, 40], batch: 2 },
];

/** Compared with the same kernels for convolutions, but every operation above them composed of stock ones. */
const COMPOSED: readonly Case[] = [
  { model: { name: "efficientnet_b0", ...drops }, size: [64, 51], batch: 5 },
  { model: { name: "efficientnet_nano", ...drops }, size: [64, 64], batch: 9 },
  { model: { name: "tf_efficientnet_b0", ...drops }, size: [48, 51], batch: 3 },
  { model: { name: "resnet18", ...drops }, size: [48, 45], batch: 3 },
  { model: { name: "densenet121", head: drops.head }, size: [80, 67], batch: 3, noisy: true },
  { model: { name: "regnety_008", ...drops }, size: [48, 45], batch: 3 },
  { model: { name: "mobilenetv3_large_100", ...drops }, size: [48, 45], batch: 3 },
  { model: { name: "convnext_tiny", ...drops }, size: [48, 64], batch: 2 },
];

/** Gradients by parameter, and running statistics after the forward pass, in training on the current backend. */
async function trainedOnce({ model: spec, size, batch }: Case, brightness = 1): Promise<Record<string, Float32Array>> {
  const model = await createModel(spec, { classes: CLASSES, seed: 1, size });
  await fillModel(model);
  const x = tf.tensor4d(uniform(batch * size[0] * size[1] * 3, 77).map((value) => value * brightness), [
    batch,
    ...size,
    3,
  ]);
  const upstream = tf.tensor2d(uniform(batch * CLASSES, 78), [batch, CLASSES]);
  const { value, grads } = tf.variableGrads(() => {
    const { logits } = model.forward(x, { training: true, rng: seededRng(3) });
    return tf.sum(tf.mul(logits, upstream)) as tf.Scalar;
  }, Object.values(model.params));
  const found: Record<string, Float32Array> = {};
  for (const [name, param] of Object.entries(model.params)) {
    found[name] = await grads[param.name]!.data() as Float32Array;
  }
  for (const [name, buffer] of Object.entries(model.buffers)) found[name] = await buffer.data() as Float32Array;
  tf.dispose([x, upstream, value, grads]);
  model.dispose();
  return found;
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * How far each tensor is, against its largest value, worst first. What is below a thousandth of the largest gradient is held
 * against that: a shift before a convolution that a batch norm follows changes nothing, and its gradient is rounding.
 */
function distances(found: Record<string, Float32Array>, expected: Record<string, Float32Array>) {
  const all = Math.max(...Object.values(expected).map(largest));
  return Object.entries(expected).map(([name, values]) => {
    const other = found[name]!;
    let off = 0;
    for (let i = 0; i < values.length; i++) off = Math.max(off, Math.abs(values[i]! - other[i]!)); // NaN stays
    return { name, off: off / Math.max(largest(values), 1e-3 * all) };
  }).toSorted((a, b) => a.off < b.off ? 1 : -1);
}

/** Asserts that tensors are alike; float32 sums in another order through two hundred layers give less than 1e-4. */
function assertAlike(
  found: Record<string, Float32Array>,
  expected: Record<string, Float32Array>,
  noise: Record<string, Float32Array> = expected,
): void {
  const off = distances(found, expected), shaken = distances(noise, expected);
  for (const place of [0, Math.floor(off.length / 2)]) {
    const bound = Math.max(1e-3, 3 * shaken[place]!.off), { name, off: distance } = off[place]!;
    assert(distance <= bound, `${name} is off by ${distance} of its largest value, where ${bound} is allowed`);
  }
}

const titleOf = ({ model, size, batch }: Case) => `${model.name}, ${batch} images of ${size.join(" x ")}`;

for (const given of ON_CPU) {
  Deno.test(`every gradient on wasm is that of plain ops on cpu: ${titleOf(given)}`, async () => {
    await initBackend({ need: "train", prefer: "cpu" });
    const expected = await trainedOnce(given);
    await initBackend({ need: "train", prefer: "wasm", threads: 2 });
    assertAlike(await trainedOnce(given), expected);
  });
}

for (const given of COMPOSED) {
  Deno.test(`every gradient by own operations is that of composed ones: ${titleOf(given)}`, async () => {
    await initBackend({ need: "train", prefer: "wasm", threads: 2 });
    const own = ownOps(), found = await trainedOnce(given);
    assert(own.batchNorm, "wasm has operations of its own");
    setOwnOps("wasm", { padding: true }); // without their padding the kernels would get one more op before them
    try {
      const expected = await trainedOnce(given);
      assertAlike(found, expected, given.noisy ? await trainedOnce(given, 1 + 2e-7) : expected);
    } finally {
      setOwnOps("wasm", own);
    }
  });
}
