import { assert, assertEquals } from "@std/assert";
import { bestInstructions, BUILDS, loadBuild } from "../../src/tensor/wasm/builds.ts";
import { buildKernels } from "../../src/tensor/wasm/compile.ts";

const committed = (file: string) => Deno.readFile(new URL(`../../src/tensor/wasm/build/${file}`, import.meta.url));

Deno.test("buildKernels() gives the committed files, byte for byte", async () => {
  const built = await buildKernels();
  assertEquals([...built.keys()], BUILDS.map(({ file }) => file));
  for (const [file, bytes] of built) {
    const same = (await committed(file)).every((byte, i) => byte === bytes[i]);
    assert(same && (await committed(file)).length === bytes.length, `${file} is out of date: deno task build:kernels`);
  }
});

Deno.test("the builds bring no data of their own, which would land in TensorFlow.js's memory", async () => {
  const DATA_SECTION = 11;
  for (const { file } of BUILDS) {
    assert(!sections(await committed(file)).includes(DATA_SECTION), `${file} has a data section`);
  }
});

/** Numbers of the sections of a wasm file. */
function sections(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 8; at < bytes.length;) {
    numbers.push(bytes[at++]!);
    let size = 0, shift = 0, byte = 0x80;
    for (; byte & 0x80; shift += 7) size |= ((byte = bytes[at++]!) & 0x7f) << shift;
    at += size;
  }
  return numbers;
}

Deno.test("loadBuild() compiles the best build that the runtime has", async () => {
  const module = await loadBuild(bestInstructions(), true);
  assert(WebAssembly.Module.exports(module).some(({ name }) => name === "gemmRows"));
});
