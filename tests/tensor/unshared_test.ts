import { assert, assertEquals, assertStringIncludes } from "@std/assert";

Deno.test("initBackend() works on one thread, and says why, where memory cannot be shared", async () => {
  const shared = globalThis.SharedArrayBuffer;
  Reflect.deleteProperty(globalThis, "SharedArrayBuffer"); // before TensorFlow.js looks; this file has its own modules
  try {
    const { describeBackend, disposeBackend, initBackend } = await import("../../src/tensor/mod.ts");
    const { engine } = await import("../../src/tensor/wasm/engine.ts");
    const info = await initBackend({ need: "train", prefer: "wasm", threads: 2 }); // which checks a convolution
    assertEquals(info.threads, 1);
    assertStringIncludes(describeBackend(info), "memory cannot be shared");
    assert(engine().memory.buffer instanceof ArrayBuffer);
    await disposeBackend();
  } finally {
    globalThis.SharedArrayBuffer = shared;
  }
});
