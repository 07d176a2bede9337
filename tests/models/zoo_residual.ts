/** What holds of families made of residual blocks. A network of one stage is made with more and with fewer blocks. */
import { assert, assertEquals } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { seededRng } from "../../src/core/rng.ts";
import { modelPart } from "../../src/models/architecture.ts";
import type { Architecture, ForwardOptions, Model } from "../../src/models/mod.ts";
import { initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";

/** A family's architecture of one stage of so many blocks. */
export type OfBlocks = (blocks: number) => Architecture;

/** Networks of several numbers of blocks have the same weights where they have the same names, as draws are by name. */
function make(ofBlocks: OfBlocks, blocks: number, options: { dropPath?: number; zeroInitLast?: boolean } = {}): Model {
  return build("model", { a: modelPart("a", ofBlocks(blocks)) }, { name: "a", ...options })
    .make({ classes: 3, seed: 1, size: [35, 29] });
}

async function mapsOf(model: Model, options: ForwardOptions): Promise<Float32Array> {
  const x = tf.randomNormal([8, 35, 29, 3], 0, 1, "float32", 1) as tf.Tensor4D;
  const maps = tf.tidy(() => model.maps(x, options));
  const values = await maps.data() as Float32Array;
  tf.dispose([x, maps]);
  model.dispose();
  return values;
}

/** Asserts that of two blocks the last drops all paths if told so, the first none, and that inference drops none. */
export async function checkDropPath(ofBlocks: OfBlocks): Promise<void> {
  await initBackend({ need: "train" });
  const before = tf.memory().numTensors;
  // Norms keep their statistics, so that images do not depend on each other.
  const training = { training: true, frozenNorms: true, rng: seededRng(1) };
  const dropped = await mapsOf(make(ofBlocks, 2, { dropPath: 0.9999 }), training);
  assertEquals(dropped, await mapsOf(make(ofBlocks, 1), { training: false }));
  const kept = await mapsOf(make(ofBlocks, 2, { dropPath: 0.9999 }), { training: false });
  assertEquals(kept, await mapsOf(make(ofBlocks, 2), { training: false }));
  assert(kept.some((value, i) => value !== dropped[i]));
  const half = await mapsOf(make(ofBlocks, 3, { dropPath: 0.5 }), training);
  assertEquals(half, await mapsOf(make(ofBlocks, 3, { dropPath: 0.5 }), training));
  assert(half.every(Number.isFinite));
  assertEquals(tf.memory().numTensors, before);
}

/** Asserts that blocks without a projection start as the identity if the last norm of a branch starts at zero. */
export async function checkZeroInit(ofBlocks: OfBlocks): Promise<void> {
  await initBackend({ need: "train" });
  const one = await mapsOf(make(ofBlocks, 1, { zeroInitLast: true }), { training: false });
  assertEquals(await mapsOf(make(ofBlocks, 3, { zeroInitLast: true }), { training: false }), one);
  assert(one.some((value) => value > 0));
  const plain = await mapsOf(make(ofBlocks, 3), { training: false });
  assert(plain.some((value, i) => value !== one[i]));
}

/** Starting values of a parameter of a network of one block for 50 classes. */
export async function startOf(ofBlocks: OfBlocks, name: string): Promise<Float32Array> {
  await initBackend({ need: "train" });
  const model = build("model", { a: modelPart("a", ofBlocks(1)) }, { name: "a" }).make({ classes: 50, seed: 1 });
  const values = await model.params[name]!.data() as Float32Array;
  model.dispose();
  return values;
}

/** Asserts the deviation around zero of values of which there are thousands, to 5 %. */
export function assertDeviation(values: Float32Array, deviation: number): void {
  const found = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  assert(values.length > 2000 && Math.abs(found / deviation - 1) < 0.05, `${values.length} values of ${found}`);
}
