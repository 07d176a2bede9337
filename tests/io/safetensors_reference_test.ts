import { assert, assertEquals } from "@std/assert";
import { openSafetensors, readSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";
import reference from "../reference/safetensors_types.json" with { type: "json" };
import { withDir } from "./fixtures.ts";

const PATH = new URL("../reference/safetensors_types.safetensors", import.meta.url).pathname;
const float = (bits: readonly number[]) => new Float32Array(Uint32Array.from(bits).buffer);

Deno.test("openSafetensors() tells of PyTorch's tensors what they are", async () => {
  using file = await openSafetensors(PATH);
  assertEquals(file.metadata, reference.metadata);
  const expected = Object.entries(reference.tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
  assertEquals([...file.tensors], expected as never);
});

Deno.test("readSafetensors() reads F32, F16, BF16 and I64 to the numbers that PyTorch has", async () => {
  const { tensors } = await readSafetensors(PATH);
  assertEquals(Object.keys(tensors), Object.keys(reference.tensors));
  for (const [name, { shape, bits }] of Object.entries(reference.tensors)) {
    assertEquals(tensors[name]!.shape, shape);
    const actual = new Uint32Array(tensors[name]!.data.slice().buffer), expected = float(bits);
    assertEquals(actual.length, bits.length);
    expected.forEach((x, i) => {
      // NaN has many bits, which a machine may change.
      assert(Number.isNaN(x) ? Number.isNaN(float([actual[i]!])[0]) : actual[i] === bits[i], `${name} at ${i}: ${x}`);
    });
  }
});

Deno.test("writeSafetensors() rounds to half precision as PyTorch does", async () => {
  const { single, half } = reference.rounding;
  await withDir(async (dir) => {
    const path = `${dir}/half.safetensors`;
    const tensors = { x: { shape: [single.length], data: float(single) } };
    await writeSafetensors(path, { tensors, metadata: {} }, { dtype: "F16" });
    const bytes = await Deno.readFile(path);
    assertEquals([...new Uint16Array(bytes.slice(-2 * half.length).buffer)], half);
  });
});
