import { assertEquals } from "@std/assert";
import { trainingDisplay } from "../../src/train/display.ts";

Deno.test("trainingDisplay() says what a step takes once, and again for a fold whose steps take other memory", () => {
  const texts: string[] = [];
  const display = trainingDisplay({ target: "log", write: (text) => texts.push(text) });
  const memory = {
    images: 64,
    microBatch: 22,
    peak: 3 * 2 ** 30,
    needed: 3.3 * 2 ** 30,
    limit: 2 ** 32,
    backend: "wasm",
  };
  for (const fold of [0, 1]) display.onMemory(memory, { fold });
  display.onMemory({ ...memory, microBatch: 64 }, { fold: 2 });
  display.end();
  const lines = texts.filter((text) => text.includes("GiB"));
  assertEquals(lines, [
    "a step of 64 images in micro-batches of at most 22 takes 3.3 GiB at its peak; the wasm backend has 4.0 GiB\n",
    "a step of 64 images takes 3.3 GiB at its peak; the wasm backend has 4.0 GiB\n",
  ]);
});
