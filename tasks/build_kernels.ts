/**
 * Compiles the AssemblyScript kernels to WebAssembly: `deno task build:kernels`. The files are committed, so that only a
 * change of the kernels needs this.
 *
 * @module
 */
import { z } from "zod";
import { buildKernels, compileKernels } from "../src/tensor/wasm/compile.ts";
import { runTask } from "./flags.ts";

const PREPROCESS = new URL("../src/preprocess/kernels/", import.meta.url);
const OUT = new URL("../src/tensor/wasm/build/", import.meta.url);

await runTask({
  name: "build:kernels",
  summary:
    "Compiles src/tensor/wasm/kernels/*.as into src/tensor/wasm/build/*.wasm, and those of src/preprocess/kernels.",
  options: z.strictObject({}),
}, async () => {
  const started = performance.now();
  const files = await buildKernels();
  for (const [name, bytes] of files) {
    await Deno.writeFile(new URL(name, OUT), bytes);
    console.log(`${name.padEnd(28)} ${bytes.length} bytes`);
  }
  const pixels = await compileKernels(PREPROCESS);
  await Deno.writeTextFile(new URL("build.ts", PREPROCESS), moduleOf(pixels));
  console.log(`${"preprocess/kernels/build.ts".padEnd(28)} ${pixels.length} bytes`);
  console.log(`${files.size + 1} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
});

/** A module that holds the kernels, so that they are there without a file. */
function moduleOf(wasm: Uint8Array): string {
  return `/**
 * The kernels of this folder, compiled by \`deno task build:kernels\`.
 *
 * @module
 */

/** A wasm file, in base 64. */
export const PIXEL_KERNELS =
  "${wasm.toBase64()}";
`;
}
