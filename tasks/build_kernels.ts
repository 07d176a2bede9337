/**
 * Compiles the AssemblyScript kernels to WebAssembly: `deno task build:kernels`. The files are committed, so that only a
 * change of the kernels needs this.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { buildKernels } from "../src/tensor/wasm/compile.ts";

const { help } = parseArgs(Deno.args, { boolean: ["help"] });
if (help) {
  console.log("deno task build:kernels\n\nCompiles src/tensor/wasm/kernels/*.as into src/tensor/wasm/build/*.wasm.");
  Deno.exit(0);
}
const started = performance.now();
const files = await buildKernels();
for (const [name, bytes] of files) {
  await Deno.writeFile(new URL(`../src/tensor/wasm/build/${name}`, import.meta.url), bytes);
  console.log(`${name.padEnd(28)} ${bytes.length} bytes`);
}
console.log(`${files.size} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
