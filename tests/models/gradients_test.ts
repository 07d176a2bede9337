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
  /** How far a tensor may be, against its largest value; 1e-3 unless given. */
  readonly within?: number;
}

const CLASSES = 7;
const drops = { dropPath: 0.5, head: { name: "plain", dropout: 0.3 } } as const;

/** Compared with the cpu backend, which has no op or kernel of our own: about a second for each image of 32 pixels. */
const ON_CPU: readonly Case[] = [
  { model: { name: "efficientnet_nano", ...drops }, size: [33, 27], batch: 4 },
  { model: { name: "efficientnet_b0", ...drops }, size: [40, 40], batch: 2 },
];

/** With random weights rounding grows in DenseNet: PyTorch's own single precision is off by 9e-3 from its double. */
const DENSE = 2e-2;

/** Compared with the same kernels for convolutions, but every operation above them composed of stock ones. */
const COMPOSED: readonly Case[] = [
  { model: { name: "efficientnet_b0", ...drops }, size: [64, 51], batch: 5 },
  { model: { name: "efficientnet_nano", ...drops }, size: [64, 64], batch: 9 },
  { model: { name: "tf_efficientnet_b0", ...drops }, size: [48, 51], batch: 3 },
  { model: { name: "resnet18", ...drops }, size: [48, 45], batch: 3 },
  { model: { name: "densenet121", head: drops.head }, size: [80, 67], batch: 3, within: DENSE },
  { model: { name: "regnety_008", ...drops }, size: [48, 45], batch: 3 },
  { model: { name: "mobilenetv3_large_100", ...drops }, size: [48, 45], batch: 3 },
  { model: { name: "convnext_tiny", ...drops }, size: [48, 64], batch: 2 },
];

/** Gradients by parameter, and running statistics after the forward pass, in training on the current backend. */
async function trainedOnce({ model: spec, size, batch }: Case): Promise<Record<string, Float32Array>> {
  const model = await createModel(spec, { classes: CLASSES, seed: 1, size });
  await fillModel(model);
  const x = tf.tensor4d(uniform(batch * size[0] * size[1] * 3, 77), [batch, ...size, 3]);
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
 * Asserts that each tensor is within 1e-3, or what the case says, of its largest value; float32 sums in another order through some two hundred
 * layers give less than 1e-4. What is below a thousandth of the largest gradient is held against that: a shift before a
 * convolution that a batch norm follows changes nothing, and its gradient is rounding and no more.
 */
function assertAlike(
  found: Record<string, Float32Array>,
  expected: Record<string, Float32Array>,
  given: Case,
): void {
  const { within = 1e-3 } = given, where = titleOf(given);
  const all = Math.max(...Object.values(expected).map(largest));
  for (const [name, values] of Object.entries(expected)) {
    const other = found[name]!, scale = Math.max(largest(values), 1e-3 * all);
    let off = 0;
    for (let i = 0; i < values.length; i++) off = Math.max(off, Math.abs(values[i]! - other[i]!)); // NaN stays
    assert(off <= within * scale, `${name} of ${where} is off by ${off} where the largest value is ${scale}`);
  }
}

const titleOf = ({ model, size, batch }: Case) => `${model.name}, ${batch} images of ${size.join(" x ")}`;

for (const given of ON_CPU) {
  Deno.test(`every gradient on wasm is that of plain ops on cpu: ${titleOf(given)}`, async () => {
    await initBackend({ need: "train", prefer: "cpu" });
    const expected = await trainedOnce(given);
    await initBackend({ need: "train", prefer: "wasm", threads: 2 });
    assertAlike(await trainedOnce(given), expected, given);
  });
}

for (const given of COMPOSED) {
  Deno.test(`every gradient by own operations is that of composed ones: ${titleOf(given)}`, async () => {
    await initBackend({ need: "train", prefer: "wasm", threads: 2 });
    const own = ownOps(), found = await trainedOnce(given);
    assert(own.batchNorm, "wasm has operations of its own");
    setOwnOps("wasm", { padding: true }); // without their padding the kernels would get one more op before them
    try {
      assertAlike(found, await trainedOnce(given), given);
    } finally {
      setOwnOps("wasm", own);
    }
  });
}
