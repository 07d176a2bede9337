import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CLIP_SCHEMA, clipGradients, type ClipOptions } from "../../src/optim/mod.ts";
import { type BackendName, disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { uniform } from "../train/lcg.ts";
import { assertNear } from "../tensor/compare.ts";
import { HAS_GPU } from "../tensor/webgpu/gpu.ts";
import { REFERENCE } from "./reference.ts";

const BACKENDS: readonly BackendName[] = ["cpu", "wasm", ...HAS_GPU ? ["webgpu" as const] : []];

const gradientsOf = () =>
  Object.fromEntries(REFERENCE.params.map(({ name, shape }, k) => {
    return [name, tf.tensor(uniform(tf.util.sizeFromShape(shape), 300 + k), shape)] as const;
  }));

/** What clipping gives, read; nothing else is left behind. */
async function clipped(options: ClipOptions): Promise<{ readonly norm: number; readonly gradients: Float32Array[] }> {
  const given = gradientsOf(), before = tf.memory().numTensors;
  const { norm, gradients } = clipGradients(given, options);
  assertEquals(tf.memory().numTensors, before + 1 + Object.keys(gradients).length);
  assertEquals(Object.keys(gradients), Object.keys(given));
  tf.dispose(given); // the clipped ones do not need them
  const values: Float32Array[] = [];
  for (const gradient of Object.values(gradients)) values.push((await gradient.data() as Float32Array).slice());
  const [total] = await norm.data();
  tf.dispose([norm, gradients]);
  return { norm: total!, gradients: values };
}

Deno.test("clipGradients() by norm gives PyTorch's gradients and norm, on all backends", async () => {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer });
    for (const { norm, total, gradients } of REFERENCE.clips) {
      const found = await clipped({ norm });
      assertAlmostEquals(found.norm, total, 1e-5);
      gradients.forEach((values, k) => assertNear(found.gradients[k]!, values, 1e-6, `norm ${norm}, ${prefer}`));
    }
  }
  await disposeBackend();
});

Deno.test("clipGradients() by value bounds each element, and leaves smaller ones alone", async () => {
  for (const prefer of BACKENDS) {
    await initBackend({ need: "train", prefer });
    const value = 0.25, { norm, gradients } = await clipped({ value });
    gradients.forEach((values, k) => {
      const given = uniform(values.length, 300 + k);
      assertEquals([...values], [...given.map((g) => Math.max(-value, Math.min(value, g)))]);
    });
    assertAlmostEquals(norm, REFERENCE.clips[0]!.total, 1e-5); // before clipping
  }
  await disposeBackend();
});

Deno.test("clipGradients() by both holds both bounds", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const { gradients } = await clipped({ norm: 2, value: 0.4 });
  const all = gradients.flatMap((values) => [...values]);
  assert(Math.max(...all.map(Math.abs)) === Math.fround(0.4), "some element must have been bounded");
  assert(Math.hypot(...all) <= 2);
  const scaled = await clipped({ norm: 2 }); // the elements that were not bounded are the scaled ones
  scaled.gradients.flatMap((values) => [...values]).forEach((g, i) => {
    if (Math.abs(g) < 0.4) assertEquals(all[i], g);
  });
});

Deno.test("clipGradients() without bounds gives the gradients as they are", async () => {
  await initBackend({ need: "train", prefer: "wasm" });
  const { gradients } = await clipped({});
  gradients.forEach((values, k) => assertEquals([...values], [...uniform(values.length, 300 + k)]));
  await disposeBackend();
});

Deno.test("clipGradients() keeps gradients of zero, and takes none at all", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  const { norm, gradients } = clipGradients({ weight: tf.zeros([3]) }, { norm: 1 });
  assertEquals([...await norm.data(), ...await gradients.weight!.data()], [0, 0, 0, 0]);
  assertEquals([...await clipGradients({}, { norm: 1 }).norm.data()], [0]);
});

Deno.test("CLIP_SCHEMA takes positive bounds or none", () => {
  assertEquals(CLIP_SCHEMA.parse({ norm: 1 }), { norm: 1 });
  assertEquals(CLIP_SCHEMA.parse({}), {});
  for (const wrong of [{ norm: 0 }, { value: -1 }, { max: 1 }]) assert(!CLIP_SCHEMA.safeParse(wrong).success);
});
