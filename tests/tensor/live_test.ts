import { assert, assertEquals } from "@std/assert";
import { initBackend } from "../../src/tensor/mod.ts";
import { memoryState, recordLive } from "../../src/tensor/live.ts";
import * as ops from "../../src/tensor/ops.ts";
import * as tf from "../../src/tensor/tf.ts";
import { between, printedRng } from "../random.ts";

for (const backend of ["wasm", "cpu"] as const) {
  Deno.test(`memoryState() counts what tensors hold, and no more once they are gone, on ${backend}`, async () => {
    const rng = printedRng();
    await initBackend({ need: "train", prefer: backend, threads: 2 });
    const before = memoryState().live;
    const shape = [between(rng, 3, 90), between(rng, 3, 90)], bytes = shape[0]! * shape[1]! * 4;
    const tensors = [tf.ones(shape), tf.zeros(shape)];
    assertEquals(memoryState().live - before, 2 * bytes);
    tf.dispose(tensors);
    assertEquals(memoryState().live, before);
  });

  Deno.test(`recordLive() sees the peak of a computation that leaves nothing behind, on ${backend}`, async () => {
    const rng = printedRng();
    await initBackend({ need: "train", prefer: backend, threads: 2 });
    const size = between(rng, 500, 5000), before = memoryState().live;
    const live = recordLive(() => tf.tidy(() => void tf.square(tf.square(tf.ones([size])))));
    assertEquals(Math.max(...live) - before, 3 * size * 4);
    assertEquals(memoryState().live, before);
  });
}

Deno.test("memoryState() counts values that tensors share once on wasm", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const before = memoryState().live, tensor = tf.ones([7, 11]), copy = tensor.clone();
  assertEquals(memoryState().live - before, 7 * 11 * 4);
  tensor.dispose();
  assertEquals(memoryState().live - before, 7 * 11 * 4, "the copy holds the values");
  copy.dispose();
  assertEquals(memoryState().live, before);
});

Deno.test("recordLive() counts the kernels' own buffers on wasm", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const [x, filter] = [tf.ones([2, 37, 41, 24]), tf.ones([3, 3, 24, 1024])] as [tf.Tensor4D, tf.Tensor4D];
  const before = memoryState().live;
  const y = ops.conv2d(x, filter, { padding: 1 });
  assert(memoryState().live - before > y.size * 4, "packed weights stay for the next convolution");
  assert(memoryState().heap! >= memoryState().live);
  tf.dispose([x, filter, y]);
});
