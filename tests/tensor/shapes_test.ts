import { assertEquals } from "@std/assert";
import { disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import { batchRuns } from "../../src/tensor/shapes.ts";
import * as tf from "../../src/tensor/tf.ts";

Deno.test("batchRuns() takes all batches at once where operands come round", () => {
  assertEquals(batchRuns([3], [3], [3]), [{ batches: 3, a: 0, b: 0, c: 0, aBatches: 3, bBatches: 3 }]);
  assertEquals(batchRuns([2, 3], [1, 3], [2, 3]), [{ batches: 6, a: 0, b: 0, c: 0, aBatches: 6, bBatches: 3 }]);
  assertEquals(batchRuns([2, 1], [1, 3], [2, 3]).map(({ a, b }) => [a, b]), [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
});

Deno.test("BatchMatMul on wasm gives each batch its own operands, however they are broadcast", async () => {
  await initBackend({ need: "predict", prefer: "wasm" });
  const multiply = (a: tf.Tensor, b: tf.Tensor) => [...tf.tidy(() => tf.matMul(a, b).dataSync())];
  const column = tf.tensor([1, 2], [2, 1, 1, 1]), row = tf.tensor([1, 2, 3], [1, 3, 1, 1]);
  assertEquals(multiply(column, row), [1, 2, 3, 2, 4, 6]);
  const six = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3, 1, 1]), three = tf.tensor([1, 10, 100], [3, 1, 1]);
  assertEquals(multiply(six, three), [1, 20, 300, 4, 50, 600]);
  tf.dispose([column, row, six, three]);
  await disposeBackend();
});
