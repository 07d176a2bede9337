import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { engine } from "../../src/tensor/wasm/engine.ts";

Deno.test("running out of wasm memory says what to lower, and the backend goes on", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const held: tf.Tensor[] = [];
  const error = assertThrows(() => {
    // Nothing is written, so that the machine's own memory is not used.
    for (;;) held.push(tf.engine().makeTensorFromTensorInfo(engine().output([120, 1024, 1024])));
  }, RangeError);
  assertStringIncludes((error as Error).message, "batch size");
  tf.dispose(held);
  const y = tf.tidy(() => tf.sum(tf.matMul(tf.ones([50, 40]), tf.ones([40, 30]))));
  assertEquals((await y.data())[0], 50 * 40 * 30);
  y.dispose();
  await disposeBackend();
});
