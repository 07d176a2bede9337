/**
 * Compiles the AssemblyScript kernels to WebAssembly: `deno task build:kernels`. The files are committed, so that only a
 * change of the kernels needs this.
 *
 * @module
 */
import { z } from "zod";
import { buildKernels } from "../src/tensor/wasm/compile.ts";
import { runTask } from "./flags.ts";

const OUT = new URL("../src/tensor/wasm/build/", import.meta.url);

await runTask({
  name: "build:kernels",
  summary: "Compiles src/tensor/wasm/kernels/*.as into src/tensor/wasm/build/*.wasm.",
  options: z.strictObject({}),
}, async () => {
  const started = performance.now();
  const files = await buildKernels();
  for (const [name, bytes] of files) {
    await Deno.writeFile(new URL(name, OUT), bytes);
    console.log(`${name.padEnd(28)} ${bytes.length} bytes`);
  }
  console.log(`${files.size} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
});
