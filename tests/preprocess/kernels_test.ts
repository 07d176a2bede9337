import { assertEquals } from "@std/assert";
import { PIXEL_KERNELS } from "../../src/preprocess/kernels/build.ts";
import { compileKernels } from "../../src/tensor/wasm/compile.ts";

Deno.test("compileKernels() gives the committed pixel kernels, byte for byte", async () => {
  const folder = new URL("../../src/preprocess/kernels/", import.meta.url);
  assertEquals((await compileKernels(folder)).toBase64(), PIXEL_KERNELS, "out of date: deno task build:kernels");
});
