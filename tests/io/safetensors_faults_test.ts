import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openSource, readSafetensors } from "../../src/io/safetensors.ts";
import { withDir } from "./fixtures.ts";
import { fileOf, memorySource } from "./safetensors_bytes.ts";

const NAME = "broken.safetensors";

/** The header of tensor x of eight bytes, with changes. */
const x = (entry: Record<string, unknown>) =>
  JSON.stringify({ x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry } });

/** The header of tensors of bytes, by where they begin and end. */
const bytes = (places: Record<string, readonly [number, number]>) =>
  JSON.stringify(Object.fromEntries(
    Object.entries(places).map(([name, [start, end]]) => [
      name,
      { dtype: "U8", shape: [Math.max(end - start, 0)], data_offsets: [start, end] },
    ]),
  ));

const PLAIN = `"dtype":"F32","shape":[2],"data_offsets":[0,8]`;
const OTHER = new TextEncoder().encode(x({})).with(2, 0xFF);

const FAULTS: readonly (readonly [fault: string, file: Uint8Array, message: string])[] = [
  ["an empty file", new Uint8Array(0), "at least 8 bytes: it has 0"],
  ["a file of seven bytes", new Uint8Array(7), "at least 8 bytes: it has 7"],
  ["a header longer than the file", fileOf("{}", 0, 3), "header of 3 bytes must fit into it: it has 10 bytes"],
  ["a header longer than allowed", fileOf("{}", 0, 100_000_001), "at most 100000000 bytes: it says 100000001"],
  ["a length of 64 bits", fileOf("{}", 0, 2n ** 64n - 1n), "it says 18446744073709551615"],
  ["a header that is not UTF-8", fileOf(OTHER, 8), "must be UTF-8"],
  ["a header without anything", fileOf("", 0), `must begin with "{"`],
  ["a header of zeros", new Uint8Array(16).fill(8, 0, 1), `must begin with "{"`],
  ["a space before the header", fileOf(" {}", 0), `must begin with "{": it begins with " {}"`],
  ["a byte order mark", fileOf("\ufeff{}", 0), `must begin with "{"`],
  ["a header that is no JSON", fileOf("{x", 0), "must be JSON"],
  ["a list after the header", fileOf("{}[[]]", 0), "must be JSON"],
  ["a value after a value", fileOf(`{"x":1:2}`, 0), "must be JSON"],
  ["a text without an end", fileOf(`{"x`, 0), "must be JSON"],
  ["a text that ends with an escape", fileOf(`{"x\\`, 0), "must be JSON"],
  ["an escape that is none", fileOf(`{"\\x":{}}`, 0), "must be JSON"],
  ["too many brackets at the end", fileOf("{}}}{}", 0), "must be JSON"],
  ["zeros after the header", fileOf("{}\0\0", 0), "must be JSON"],
  ["a header that is a list", fileOf("[]", 0), `must begin with "{": it begins with "[]"`],
  ["metadata that is a list", fileOf(`{"__metadata__":["a"]}`, 0), `"__metadata__" must be an object of texts`],
  ["metadata that is deep", fileOf(`{"__metadata__":{"a":{}}}`, 0), `"__metadata__" must be an object of texts`],
  ["metadata with a list", fileOf(`{"__metadata__":{"a":[]}}`, 0), `texts only: "a" is []`],
  ["metadata that is nothing", fileOf(`{"__metadata__":null}`, 0), "__metadata__ must map names to texts"],
  ["metadata with a number", fileOf(`{"__metadata__":{"a":"b","c":3}}`, 0), `texts only: "c" is 3`],
  ["an entry that is a number", fileOf(`{"x":3}`, 0), `tensor "x" must be described by an object: it is 3`],
  ["an entry that is a list", fileOf(`{"x":[]}`, 0), `"x" must be an object of texts and lists`],
  ["an entry that is deep", fileOf(x({ dtype: {} }), 8), `"x" must be an object of texts and lists`],
  ["a shape that is deep", fileOf(x({ shape: [[2]] }), 8), `"x" must be an object of texts and lists`],
  ["an entry that is nothing", fileOf(`{"x":null}`, 0), `tensor "x" must be described by an object`],
  ["a missing key", fileOf(`{"x":{"dtype":"F32","shape":[2]}}`, 8), `tensor "x" must have the keys "dtype"`],
  ["one key too many", fileOf(x({ strides: [1] }), 8), `tensor "x" must have the keys "dtype"`],
  ["a key of another name", fileOf(x({}).replace("data_", ""), 8), `tensor "x" must have the keys "dtype"`],
  ["a prototype as key", fileOf(`{"x":{${PLAIN},"__proto__":{}}}`, 8), `tensor "x" must have the keys "dtype"`],
  ["an unknown type", fileOf(x({ dtype: "F4" }), 8), `tensor "x" must have one of the types "BOOL", `],
  ["a type that is no text", fileOf(x({ dtype: ["F32"] }), 8), `tensor "x" must have one of the types`],
  ["a type that objects have by nature", fileOf(x({ dtype: "toString" }), 8), `it has "toString"`],
  ["a shape that is a number", fileOf(x({ shape: 2 }), 8), `tensor "x" must have a shape of whole numbers`],
  ["a negative size", fileOf(x({ shape: [-2] }), 8), `tensor "x" must have a shape of whole numbers`],
  ["half a size", fileOf(x({ shape: [4, 0.5] }), 8), `tensor "x" must have a shape of whole numbers`],
  ["a size as text", fileOf(x({ shape: ["2"] }), 8), `tensor "x" must have a shape of whole numbers`],
  ["a size beyond 2^53", fileOf(x({}).replace("[2]", "[9007199254740993]"), 8), "a shape of whole numbers"],
  ["a size beyond all", fileOf(x({}).replace("[2]", "[1e999]"), 8), "a shape of whole numbers"],
  ["a product beyond 2^53", fileOf(x({ shape: [2 ** 30, 2 ** 30] }), 8), "whose bytes can be counted"],
  ["a product beyond 2^64 that would wrap to 2", fileOf(x({ shape: [2 ** 33 + 1, 2 ** 32 - 1] }), 8), "can be counted"],
  ["a product of infinity and nothing", fileOf(x({ shape: [...Array(30).fill(2 ** 50), 0] }), 8), "can be counted"],
  ["three offsets", fileOf(x({ data_offsets: [0, 4, 8] }), 8), `tensor "x" must have two offsets`],
  ["a negative offset", fileOf(x({ data_offsets: [-8, 0] }), 8), `tensor "x" must have two offsets`],
  ["offsets in reverse", fileOf(x({ data_offsets: [8, 0] }), 8), `tensor "x" must have offsets in order`],
  ["a shape larger than its place", fileOf(x({ shape: [3] }), 8), "12 bytes, as F32 of shape [ 3 ] needs: it has 8"],
  ["a shape smaller than its place", fileOf(x({ shape: [] }), 8), "4 bytes, as F32 of shape [] needs: it has 8"],
  ["a type wider than its place", fileOf(x({ dtype: "I64" }), 8), "16 bytes, as I64 of shape [ 2 ] needs: it has 8"],
  ["a place beyond the file", fileOf(x({}), 7), `tensor "x" of bytes 0 to 8 must lie within the file: it has 7 bytes`],
  ["a hole before all", fileOf(bytes({ a: [1, 4] }), 4), `tensor "a" of bytes 1 to 4 must leave no hole`],
  ["a hole between", fileOf(bytes({ a: [0, 4], b: [5, 8] }), 8), `tensor "b" of bytes 5 to 8 must leave no hole`],
  ["an overlap", fileOf(bytes({ a: [0, 5], b: [4, 8] }), 8), `tensor "b" of bytes 4 to 8 must not overlap "a"`],
  [
    "a tensor within another",
    fileOf(bytes({ b: [2, 4], a: [0, 8] }), 8),
    `tensor "b" of bytes 2 to 4 must not overlap`,
  ],
  [
    "two tensors in one place",
    fileOf(bytes({ a: [0, 8], b: [0, 8] }), 8),
    `tensor "b" of bytes 0 to 8 must not overlap`,
  ],
  [
    "nothing within a tensor",
    fileOf(bytes({ a: [0, 8], b: [4, 4] }), 8),
    `tensor "b" of bytes 4 to 4 must not overlap`,
  ],
  ["bytes left over", fileOf(bytes({ a: [0, 4] }), 8), "4 bytes are left over after the last"],
  ["bytes and no tensors", fileOf("{}", 1), "1 bytes are left over after the last"],
  ["a name twice", fileOf(`{"x":{${PLAIN}},"x":{${PLAIN}}}`, 8), `its header has "x" twice`],
  ["a name twice, written in two ways", fileOf(`{"x":{${PLAIN}},"\\u0078":{${PLAIN}}}`, 8), `its header has "x" twice`],
  [
    "a name twice, the first one hidden and deep",
    fileOf(`{"x":{"a":${"[".repeat(9)}${"]".repeat(9)}},${x({}).slice(1)}`, 8),
    `"x" must be an object of texts and lists`,
  ],
  [
    "four keys, one of them hidden",
    fileOf(`{"x":{"a":1,${PLAIN}},${x({}).slice(1)}`, 8),
    `"x" must have the keys "dtype"`,
  ],
  ["a key twice", fileOf(`{"x":{${PLAIN},"shape":[2]}}`, 8), `its header has "shape" in "x" twice`],
  ["a text twice", fileOf(`{"__metadata__":{"a":"1","b":"}","a":"2"}}`, 0), `has "a" in "__metadata__" twice`],
];

for (const [fault, file, message] of FAULTS) {
  Deno.test(`readSafetensors() names the file and the fault: ${fault}`, async () => {
    const error = await assertRejects(() => openSource(memorySource(file, NAME)), SyntaxError, message);
    assertStringIncludes(error.message, `Cannot read "${NAME}" as `);
    assert(error.message.length < 400, error.message);
  });
}

Deno.test("readSafetensors() has the same errors for files on disk", () =>
  withDir(async (dir) => {
    for (const [fault, file, message] of FAULTS) {
      await Deno.writeFile(`${dir}/${NAME}`, file);
      const error = await assertRejects(() => readSafetensors(`${dir}/${NAME}`), SyntaxError, message, fault);
      assertStringIncludes(error.message, `Cannot read "${dir}/${NAME}" as `);
    }
  }));

Deno.test("openSource() takes what only looks like a fault", async () => {
  for (
    const [file, names] of [
      [fileOf("{}", 0), []],
      [fileOf("{}     \n", 0), []],
      [fileOf(`{"__metadata__":{"a":"\\"{[","\\"":"\\\\"}}`, 0), []],
      [fileOf(x({}), 8), ["x"]],
      [fileOf(x({ shape: [2 ** 50, 2 ** 50, 0], data_offsets: [0, 0] }), 0), ["x"]],
      [fileOf(`{"x:{":{${PLAIN}},"__metadata__":{"x:{":"\\"x:{\\":","dtype":"{{\\\\"}}`, 8), ["x:{"]],
      [fileOf(`{ "shape" : { ${PLAIN} } , "__metadata__" : { "shape" : "shape" } }`, 8), ["shape"]],
      [fileOf(`{"":{${PLAIN}}}`, 8), [""]],
    ] as const
  ) {
    assertEquals([...(await openSource(memorySource(file))).tensors.keys()], [...names]);
  }
});

Deno.test("openSource() asks for no byte of a header that is too long", async () => {
  for (const [size, length] of [[2e9, 100_000_001], [1e6, 1e6 - 7]] as const) {
    const source = memorySource(fileOf("{}", 0, length));
    await assertRejects(() => openSource({ ...source, size }), SyntaxError, `${length}`);
    assertEquals([...source.buffers].map(({ byteLength }) => byteLength), [8]);
  }
});
