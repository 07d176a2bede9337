import { assertEquals, assertRejects } from "@std/assert";
import { readSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";

async function inFile(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await body(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("writeSafetensors() and readSafetensors() keep names, order, shapes, bits and texts", () =>
  inFile(async (path) => {
    const contents = {
      tensors: {
        "b.weight": { shape: [2, 3], data: Float32Array.of(1, -0, 1e-40, Infinity, 3.1415927, -2) },
        "a.bias": { shape: [1], data: Float32Array.of(7) },
        scalar: { shape: [], data: Float32Array.of(0.1) },
        empty: { shape: [0, 4], data: new Float32Array(0) },
      },
      metadata: { epoch: "3", note: "Größe µ" },
    };
    await writeSafetensors(path, contents);
    const read = await readSafetensors(path);
    assertEquals(read, contents);
    assertEquals(Object.keys(read.tensors), Object.keys(contents.tensors));
  }));

Deno.test("writeSafetensors() follows the format: length, header, numbers at a multiple of eight bytes", () =>
  inFile(async (path) => {
    await writeSafetensors(path, { tensors: { x: { shape: [1], data: Float32Array.of(1) } }, metadata: {} });
    const bytes = await Deno.readFile(path);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assertEquals(length % 8, 0);
    assertEquals(bytes.length, 8 + length + 4);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    assertEquals(header, { __metadata__: {}, x: { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  }));

/** A file with a header as given and some bytes of numbers. */
function fileOf(header: string, numbers: number, length = header.length): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + numbers);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  return bytes;
}

const tensor = (entry: Record<string, unknown>) =>
  JSON.stringify({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry } });

for (
  const [fault, bytes, message] of [
    ["a file of three bytes", new Uint8Array(3), "at least 8 bytes"],
    ["a header longer than the file", fileOf("{}", 0, 1 << 30), "longer than the file"],
    ["a header that is no JSON", fileOf("{x", 0), "not JSON"],
    ["an unknown type", fileOf(tensor({ dtype: "F4" }), 8), `type "F4"`],
    ["a shape that does not fit its place", fileOf(tensor({ shape: [3] }), 8), "needs 12 bytes"],
    ["a place beyond the file", fileOf(tensor({}), 4), "needs 8 bytes within the file"],
    ["a negative size", fileOf(tensor({ shape: [-2] }), 8), "no proper shape"],
  ] as const
) {
  Deno.test(`readSafetensors() names the file and the fault: ${fault}`, () =>
    inFile(async (path) => {
      await Deno.writeFile(path, bytes);
      const error = await assertRejects(() => readSafetensors(path), SyntaxError, message);
      assertEquals(error.message.includes(path), true);
    }));
}
