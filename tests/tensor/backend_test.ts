import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type BackendName,
  currentBackend,
  describeBackend,
  disposeBackend,
  initBackend,
} from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";

const ORDER: readonly BackendName[] = ["tensorflow", "webgpu", "wasm", "cpu"];

Deno.test("initBackend() takes the first backend that works and says why others were passed over", async () => {
  const info = await initBackend({ need: "train" });
  assertEquals(info.skipped.map(({ name }) => name), ORDER.slice(0, ORDER.indexOf(info.name)));
  for (const { reason } of info.skipped) assert(reason.length > 10, reason);
  assertEquals(tf.getBackend(), info.name);
  assertEquals(currentBackend(), info);
  const text = describeBackend(info);
  assertStringIncludes(text, `backend ${info.name}`);
  for (const { name, reason } of info.skipped) assertStringIncludes(text, `not ${name}: ${reason}`);
  await disposeBackend();
  assertEquals(currentBackend(), undefined);
});

Deno.test("initBackend() gives the same answer to the same wish at no cost", async () => {
  const first = await initBackend({ need: "train", prefer: "wasm" });
  const start = performance.now();
  assertEquals(await initBackend({ need: "train", prefer: "wasm" }) === first, true);
  assert(performance.now() - start < 50);
  await disposeBackend();
});

Deno.test("initBackend() changes backend and threads on request, and tensors move along", async () => {
  const [one, two] = [
    await initBackend({ need: "train", prefer: "wasm", threads: 1 }),
    await initBackend({ need: "train", prefer: "wasm", threads: 2 }),
  ];
  assertEquals([one.threads, two.threads], [1, 2]);
  assert(one.kernels !== "none");
  const x = tf.tensor1d([1, 2, 3]);
  const cpu = await initBackend({ need: "train", prefer: "cpu" });
  assertEquals([cpu.name, cpu.kernels, cpu.threads], ["cpu", "none", 1]);
  assertEquals([...tf.tidy(() => tf.mul(x, 2)).dataSync()], [2, 4, 6]);
  x.dispose();
  await disposeBackend();
});

Deno.test("initBackend() tries a list in its own order", async () => {
  const info = await initBackend({ need: "predict", prefer: ["cpu", "wasm"] });
  assertEquals([info.name, info.skipped.length], ["cpu", 0]);
  await disposeBackend();
});

Deno.test("initBackend() needs gradients only to train", async () => {
  const name = "Conv2DBackpropFilter", kernel = tf.getKernel(name, "cpu")!;
  tf.unregisterKernel(name, "cpu");
  try {
    assertEquals((await initBackend({ need: "predict", prefer: "cpu" })).name, "cpu");
    const error = await assertRejects(() => initBackend({ need: "train", prefer: "cpu" }), Error, "cpu");
    assertStringIncludes((error as Error).message, name);
    await assertRejects(() => initBackend({ need: "train", prefer: ["cpu"] }), Error, "on any backend");
  } finally {
    tf.registerKernel(kernel);
  }
  await disposeBackend();
});

Deno.test("initBackend() refuses a backend that computes wrong numbers", async () => {
  const name = "Conv2D", kernel = tf.getKernel(name, "cpu")!;
  tf.unregisterKernel(name, "cpu");
  tf.registerKernel({
    ...kernel,
    kernelFunc: (args) => {
      const y = kernel.kernelFunc(args) as tf.TensorInfo;
      const { values } = (args.backend as unknown as { data: { get(id: object): { values: Float32Array } } }).data.get(
        y.dataId,
      );
      values[3]! += 0.01;
      return y;
    },
  });
  try {
    await assertRejects(() => initBackend({ need: "predict", prefer: "cpu" }), Error, "is off by");
  } finally {
    tf.unregisterKernel(name, "cpu");
    tf.registerKernel(kernel);
  }
  await disposeBackend();
});

Deno.test("initBackend() says how to get the GPU's native part where it is missing", async () => {
  const info = await initBackend({ need: "predict" });
  if (info.name === "tensorflow") return; // it is there
  assertStringIncludes(info.skipped[0]!.reason, "gpu:install");
  const start = performance.now();
  await assertRejects(() => initBackend({ need: "predict", prefer: "tensorflow" }), Error, "CUDA 11.2");
  assert(performance.now() - start < 5000);
  await disposeBackend();
});

Deno.test("initBackend() lists the choices for an unknown name, and checks the threads", () => {
  const prefer = "cuda" as BackendName;
  const error = assertThrows(() => initBackend({ need: "train", prefer }), RangeError);
  for (const name of ORDER) assertStringIncludes((error as Error).message, `"${name}"`);
  assertThrows(() => initBackend({ need: "train", prefer: [] }), RangeError, "empty");
  assertThrows(() => initBackend({ need: "train", threads: 0 }), RangeError, "threads");
});
