import { assert, assertEquals } from "@std/assert";
import { disposeBackend, initBackend } from "../../src/tensor/mod.ts";
import { memoryState } from "../../src/tensor/live.ts";
import * as tf from "../../src/tensor/tf.ts";
import { soak, type SoakRow } from "./train.ts";

Deno.test("60 steps with batches of 2 to 9 images leave no tensor, no byte and no larger memory behind", async () => {
  await initBackend({ need: "train", prefer: "wasm", threads: 2 });
  const rows: SoakRow[] = [];
  for await (const row of soak({ steps: 60, size: 16, batch: [2, 9], every: 1 })) rows.push(row);
  // The kernels' buffers, and the memory as a whole, grow until the largest batch has been there.
  const settled = rows.slice(30), [first] = settled;
  for (const { step, tensors, live, heap } of settled) {
    assertEquals({ step, tensors, live, heap }, {
      step,
      tensors: first!.tensors,
      live: first!.live,
      heap: first!.heap,
    });
  }
  assertEquals(new Set(rows.map(({ tensors }) => tensors)).size, 1, "from the first step on");
  assert(rows.every(({ loss }) => Number.isFinite(loss)));
  await disposeBackend(); // the kernels' buffers
  assertEquals({ tensors: tf.memory().numTensors, live: memoryState().live }, { tensors: 0, live: 0 });
});
