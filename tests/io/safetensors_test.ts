import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openSafetensors, openSource, readSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { bytesOf } from "../../src/io/safetensors_numbers.ts";
import { normals, sameBits } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "./fixtures.ts";
import { fileOf, memorySource, totalBytes } from "./safetensors_bytes.ts";

const FILE = "weights.safetensors";
const one = { shape: [1], data: Float32Array.of(1) };

Deno.test("writeSafetensors() and readSafetensors() keep names, order, shapes, bits and texts", () =>
  withDir(async (dir) => {
    const contents = {
      tensors: {
        "b.weight": { shape: [2, 3], data: Float32Array.of(1, -0, 1e-40, Infinity, 3.1415927, -2) },
        "a.bias": { shape: [1], data: Float32Array.of(7) },
        scalar: { shape: [], data: Float32Array.of(0.1) },
        empty: { shape: [0, 4], data: new Float32Array(0) },
      },
      metadata: { epoch: "3", note: "Größe µ" },
    };
    await writeSafetensors(`${dir}/${FILE}`, contents);
    const read = await readSafetensors(`${dir}/${FILE}`);
    assertEquals(read, contents);
    assertEquals(Object.keys(read.tensors), Object.keys(contents.tensors));
  }));

Deno.test("writeSafetensors() follows the format: length, header, numbers at a multiple of eight bytes", () =>
  withDir(async (dir) => {
    const path = `${dir}/${FILE}`;
    for (let letters = 1; letters <= 9; letters++) {
      const name = "x".repeat(letters);
      await writeSafetensors(path, { tensors: { [name]: one, y: one }, metadata: {} }, { dtype: "F16" });
      const bytes = await Deno.readFile(path);
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      assertEquals(length % 8, 0);
      assertEquals(bytes.length, 8 + length + 4);
      const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
      assert(/^\{.*\} *$/.test(text), text);
      assertEquals(JSON.parse(text), {
        __metadata__: {},
        [name]: { dtype: "F16", shape: [1], data_offsets: [0, 2] },
        y: { dtype: "F16", shape: [1], data_offsets: [2, 4] },
      });
    }
  }));

Deno.test("writeSafetensors() and readSafetensors() keep tensors of random shapes, in either type", () =>
  withDir(async (dir) => {
    const rng = printedRng();
    const tensors = Object.fromEntries(Array.from({ length: 40 }, (_, i) => {
      const shape = Array.from({ length: between(rng, 0, 4) }, () => between(rng, 0, 7));
      const data = normals(rng, shape.reduce((product, n) => product * n, 1));
      return [`t${i}`, { shape, data }];
    }));
    await writeSafetensors(`${dir}/${FILE}`, { tensors, metadata: {} });
    assertEquals((await readSafetensors(`${dir}/${FILE}`)).tensors, tensors);
    await writeSafetensors(`${dir}/${FILE}`, { tensors, metadata: {} }, { dtype: "F16" });
    const halves = await readSafetensors(`${dir}/${FILE}`);
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      assertEquals(halves.tensors[name], { shape, data: data.map(Math.f16round) });
    }
  }));

Deno.test("writeSafetensors() takes numbers from the middle of a buffer", () =>
  withDir(async (dir) => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    for (const dtype of ["F32", "F16"] as const) {
      await writeSafetensors(`${dir}/${FILE}`, { tensors: { x: { shape: [2], data } }, metadata: {} }, { dtype });
      assertEquals((await readSafetensors(`${dir}/${FILE}`)).tensors.x!.data, Float32Array.of(2, 3));
    }
  }));

Deno.test("writeSafetensors() refuses what half precision cannot hold, and leaves the old file alone", () =>
  withDir(async (dir) => {
    const path = `${dir}/${FILE}`;
    const write = (...numbers: number[]) => {
      const tensors = { one, large: { shape: [numbers.length], data: Float32Array.from(numbers) } };
      return writeSafetensors(path, { tensors, metadata: {} }, { dtype: "F16" });
    };
    const kept = [65504, 65519.996, -65519.996, Infinity, -Infinity, NaN];
    await write(...kept);
    const expected = Float32Array.of(65504, 65504, -65504, Infinity, -Infinity, NaN);
    assertEquals((await readSafetensors(path)).tensors.large!.data, expected);
    for (const bad of [65520, -65520, 1e6, -3e38]) {
      const error = await assertRejects(() => write(...kept, bad, 1), RangeError, path);
      assertStringIncludes(error.message, `tensor "large" has ${Math.fround(bad)} at index 6`);
    }
    assertEquals((await readSafetensors(path)).tensors.large!.data, expected);
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), [FILE]);
  }));

Deno.test("writeSafetensors() names the file and what cannot be written", () =>
  withDir(async (dir) => {
    const path = `${dir}/${FILE}`;
    const data = Float32Array.of(1, 2);
    for (
      const [message, name, tensor, metadata, dtype] of [
        ['tensor "x" of shape [ 3 ] must have 3', "x", { shape: [3], data }, {}, "F32"],
        ['tensor "x" of shape [] must have 1', "x", { shape: [], data }, {}, "F32"],
        ['tensor "x" of shape [ 2 ] must have 2 32-bit', "x", { shape: [2], data: Int32Array.of(1, 2) }, {}, "F32"],
        ['tensor "x" must have a shape', "x", { shape: [-1, -2], data }, {}, "F32"],
        ['"__metadata__" cannot be the name', "__metadata__", one, {}, "F32"],
        ["cannot be the name", "\ud800", one, {}, "F32"],
        ['metadata must be texts: "epoch" is 3', "x", one, { epoch: 3 }, "F32"],
        ['one of "F32", "F16"', "x", one, {}, "BF16"],
      ] as const
    ) {
      const contents = { tensors: { [name]: tensor }, metadata } as never;
      const error = await assertRejects(() => writeSafetensors(path, contents, { dtype } as never), TypeError, message);
      assertStringIncludes(error.message, path);
    }
    assertEquals([...Deno.readDirSync(dir)], []);
  }));

Deno.test("bytesOf() gives 32-bit floats as they lie, and halves in pieces of 2 MiB", () => {
  const never = () => {
    throw new Error("nothing is too large");
  };
  const numbers = new Float32Array(2 ** 21 + 5).map((_, i) => i % 2048);
  const [whole, ...rest] = [...bytesOf(numbers, "F32", never)];
  assert(whole!.buffer === numbers.buffer && whole!.length === numbers.byteLength && rest.length === 0);
  const seen: number[] = [];
  let next = 0;
  for (const { buffer, byteOffset, length } of bytesOf(numbers, "F16", never)) {
    seen.push(length);
    for (const half of new Float16Array(buffer, byteOffset, length / 2)) {
      if (half !== next++ % 2048) throw new Error(`${next}`);
    }
  }
  assertEquals(seen, [2 ** 21, 2 ** 21, 10]);
});

Deno.test("openSafetensors() tells names, shapes, types and texts, and reads tensors in any order and at once", () =>
  withDir(async (dir) => {
    const rng = printedRng();
    const tensors = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`t${i}`, { shape: [i, 3], data: normals(rng, 3 * i) }]),
    );
    await writeSafetensors(`${dir}/${FILE}`, { tensors, metadata: { a: "b" } });
    using file = await openSafetensors(`${dir}/${FILE}`);
    assertEquals(file.metadata, { a: "b" });
    const infos = Object.entries(tensors).map(([name, { shape }]) => [name, { dtype: "F32", shape }] as const);
    assertEquals([...file.tensors], infos as never);
    const names = [...file.tensors.keys()].reverse();
    const read = await Promise.all(names.map((name) => file.read(name)));
    names.forEach((name, i) => assertEquals(read[i], tensors[name]));
    const error = await assertRejects(() => file.read("t30"), RangeError, `"t0", "t1", "t2", "t3", "t4", ...`);
    assertStringIncludes(error.message, `${dir}/${FILE}`);
    assertEquals(await file.read("t7"), tensors.t7);
  }));

Deno.test(
  "openSafetensors() lets go of the file, broken or not",
  { sanitizeResources: true },
  () =>
    withDir(async (dir) => {
      await writeSafetensors(`${dir}/${FILE}`, { tensors: { one }, metadata: {} });
      const file = await openSafetensors(`${dir}/${FILE}`);
      file[Symbol.dispose]();
      await assertRejects(() => file.read("one"), Deno.errors.BadResource);
      await Deno.writeTextFile(`${dir}/${FILE}`, "no weights");
      await assertRejects(() => openSafetensors(`${dir}/${FILE}`), SyntaxError);
      await assertRejects(() => openSafetensors(dir), TypeError, dir);
      await assertRejects(() => openSafetensors(`${dir}/none`), Deno.errors.NotFound, `${dir}/none`);
    }),
);

Deno.test("openSafetensors() notices a file that becomes shorter while it is open", () =>
  withDir(async (dir) => {
    await writeSafetensors(`${dir}/${FILE}`, { tensors: { one }, metadata: {} });
    using file = await openSafetensors(`${dir}/${FILE}`);
    await Deno.truncate(`${dir}/${FILE}`, (await Deno.stat(`${dir}/${FILE}`)).size - 1);
    await assertRejects(() => file.read("one"), SyntaxError, `"${dir}/${FILE}" as it has become shorter`);
  }));

const ENTRY = (dtype: string, count: number, start: number, end: number) =>
  JSON.stringify({ dtype, shape: [count], data_offsets: [start, end] });

Deno.test("openSource() asks for a tensor's own bytes and no others, and 32-bit floats into their own buffer", async () => {
  const header = `{"half":${ENTRY("F16", 50, 0, 100)},"single":${ENTRY("F32", 9, 100, 136)},` +
    `"brain":${ENTRY("BF16", 70, 136, 276)},"whole":${ENTRY("I64", 3, 276, 300)}}`;
  for (
    const [name, bytes, buffers] of [["half", 100, 200], ["single", 36, 36], ["brain", 140, 280], [
      "whole",
      24,
      24,
    ]] as const
  ) {
    const source = memorySource(fileOf(header, 300));
    const file = await openSource(source);
    assertEquals(source.asked, 8 + header.length);
    source.buffers.clear();
    const { data } = await file.read(name);
    assertEquals(source.asked, 8 + header.length + bytes);
    assertEquals(totalBytes(source.buffers), buffers); // what halves are widened to is where they are read
    assertEquals(source.buffers.has(data.buffer), name !== "whole");
    assertEquals(data.buffer.byteLength, data.byteLength);
  }
});

Deno.test("openSource() lists tensors in the order of their bytes, whatever the header's", async () => {
  const header = `{"c":${ENTRY("F32", 1, 8, 12)},"a":${ENTRY("F32", 2, 0, 8)},"b":${ENTRY("F32", 0, 8, 8)}}`;
  const file = await openSource(memorySource(fileOf(header, 12)));
  assertEquals([...file.tensors.keys()], ["a", "b", "c"]);
});

Deno.test("openSource() lists types that are not read, and read() names them", async () => {
  const header = `{"a":${ENTRY("F64", 1, 0, 8)},"b":${ENTRY("F32", 1, 8, 12)},"c":${ENTRY("U8", 3, 12, 15)}}`;
  const file = await openSource(memorySource(fileOf(header, 15)));
  assertEquals([...file.tensors.values()].map(({ dtype }) => dtype), ["F64", "F32", "U8"]);
  assertEquals((await file.read("b")).data, Float32Array.of(0));
  for (const [name, dtype] of [["a", "F64"], ["c", "U8"]] as const) {
    const error = await assertRejects(() => file.read(name), TypeError, `it has "${dtype}"`);
    assertStringIncludes(error.message, `tensor "${name}" of "memory.safetensors"`);
  }
});

Deno.test("readSafetensors() keeps names that objects have by nature, and changes no object", () =>
  withDir(async (dir) => {
    const entries = ["__proto__", "constructor", "toString", "7"].map((name) => [name, one] as const);
    const metadata = JSON.parse('{"__proto__": "a", "hasOwnProperty": "b"}');
    await writeSafetensors(`${dir}/${FILE}`, { tensors: Object.fromEntries(entries), metadata });
    const read = await readSafetensors(`${dir}/${FILE}`);
    assertEquals(Object.keys(read.tensors), ["7", "__proto__", "constructor", "toString"]);
    assertEquals(Object.getOwnPropertyDescriptor(read.tensors, "__proto__")?.value, one);
    assertEquals(Object.getPrototypeOf(read.tensors), Object.prototype);
    assertEquals(Object.entries(read.metadata), [["__proto__", "a"], ["hasOwnProperty", "b"]]);
    assertEquals([({} as Record<string, unknown>).shape, ({} as Record<string, unknown>).data], [undefined, undefined]);
  }));

Deno.test("readSafetensors() and writeSafetensors() keep all finite halves, subnormals too, by the standard's formula", () =>
  withDir(async (dir) => {
    const halves = new Uint16Array(2 * 0x7C00).map((_, i) => i < 0x7C00 ? i : 0x8000 + i - 0x7C00);
    const expected = Float32Array.from(halves, (half) => { // IEEE 754, binary16
      const exponent = (half >> 10) & 31, fraction = half & 1023;
      const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
      return half & 0x8000 ? -size : size;
    });
    const path = `${dir}/${FILE}`;
    await Deno.writeFile(
      path,
      fileOf(`{"x":${ENTRY("F16", halves.length, 0, halves.byteLength)}}`, new Uint8Array(halves.buffer)),
    );
    const { tensors } = await readSafetensors(path);
    assert(sameBits(tensors.x!.data, expected));
    await writeSafetensors(path, { tensors, metadata: {} }, { dtype: "F16" });
    assertEquals((await Deno.readFile(path)).subarray(-halves.byteLength), new Uint8Array(halves.buffer));
  }));
