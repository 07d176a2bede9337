import { assert, assertEquals } from "@std/assert";
import { type Rng } from "../../src/core/rng.ts";
import { openSource, readSafetensors, type SafetensorsFile } from "../../src/io/safetensors.ts";
import { oneOf } from "../tensor/compare.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "./fixtures.ts";
import { fileOf, memorySource, totalBytes } from "./safetensors_bytes.ts";

const ENTRIES: readonly (readonly [name: string, dtype: string, shape: readonly number[], bytes: number])[] = [
  ["steps", "I64", [2], 16],
  ["conv.weight", "F32", [5, 3, 3, 1], 180],
  ["none", "F32", [0, 4], 0],
  ["half", "F16", [50], 100],
  ["brain", "BF16", [10, 3], 60],
];

/** A valid file that holds every type that is read, and texts. */
function validFile(): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { epoch: "3", note: "Größe" } };
  let end = 0;
  for (const [name, dtype, shape, bytes] of ENTRIES) header[name] = { dtype, shape, data_offsets: [end, end += bytes] };
  return fileOf(JSON.stringify(header), new Uint8Array(end).map((_, i) => 37 * i));
}

const VALID = validFile();
const HEADER = Number(new DataView(VALID.buffer).getBigUint64(0, true));
const NUMBERS = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "8",
  "16",
  "56",
  "-1",
  "1e1",
  "0.5",
  "4294967296",
  "9007199254740992",
  "1e308",
];

/** Puts bytes in the place of others. */
function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - removed + added.length);
  out.set(bytes.subarray(0, at));
  out.set(added, at);
  out.set(bytes.subarray(at + removed), at + added.length);
  return out;
}

/** Puts another text in the place of the header, and mostly the length that goes with it. */
function reheaded(bytes: Uint8Array, rng: Rng, change: (text: string) => string): Uint8Array {
  const text = change(new TextDecoder().decode(bytes.subarray(8, 8 + HEADER)));
  return fileOf(text, bytes.subarray(8 + HEADER), rng() < 0.9 ? new TextEncoder().encode(text).length : HEADER);
}

/** What can go wrong with a file of the valid one's header length. */
const MUTATIONS: Readonly<Record<string, (bytes: Uint8Array, rng: Rng) => Uint8Array>> = {
  flip: (bytes, rng) => {
    const out = bytes.slice();
    for (let n = between(rng, 1, 3); n > 0; n--) out[between(rng, 0, out.length - 1)]! ^= 1 << between(rng, 0, 7);
    return out;
  },
  cut: (bytes, rng) => bytes.slice(0, between(rng, 0, bytes.length - 1)),
  remove: (bytes, rng) => {
    const at = between(rng, 0, bytes.length - 1);
    return splice(bytes, at, between(rng, 1, Math.min(20, bytes.length - at)), new Uint8Array(0));
  },
  insert: (bytes, rng) => {
    const added = new Uint8Array(between(rng, 1, 20)).map(() => between(rng, 0, 255));
    return splice(bytes, between(rng, 0, bytes.length), 0, added);
  },
  length: (bytes, rng) => {
    const length = oneOf(rng, [HEADER - 1, HEADER + 1, bytes.length - 8, bytes.length, between(rng, 0, 2 ** 31)]);
    return fileOf(bytes.slice(8), 0, oneOf(rng, [BigInt(length), BigInt(length) << 32n, 2n ** 63n]));
  },
  number: (bytes, rng) =>
    reheaded(bytes, rng, (text) => {
      const numbers = [...text.matchAll(/(?<=[[,])\d+/g)];
      const { 0: old, index } = oneOf(rng, numbers);
      return text.slice(0, index) + oneOf(rng, NUMBERS) + text.slice(index + old.length);
    }),
  token: (bytes, rng) =>
    reheaded(bytes, rng, (text) => {
      const tokens = text.match(/"[^"]*"|[\d.]+|[{}[\],:]/g)!;
      tokens[between(rng, 0, tokens.length - 1)] = oneOf(rng, [...tokens, "null", "{", '"__proto__"', " "]);
      return tokens.join("");
    }),
  repeat: (bytes, rng) =>
    reheaded(bytes, rng, (text) => {
      const from = between(rng, 0, text.length), to = between(rng, from, text.length);
      return text.slice(0, to) + text.slice(from);
    }),
  swap: (bytes, rng) =>
    reheaded(bytes, rng, (text) => {
      const [a, b] = [oneOf(rng, ENTRIES), oneOf(rng, ENTRIES)];
      return text.replace(`"${a[1]}"`, `"${b[1]}"`).replace(`[${a[2]}]`, `[${b[2]}]`);
    }),
};

function mutated(rng: Rng): [kind: string, bytes: Uint8Array] {
  const kind = oneOf(rng, Object.keys(MUTATIONS));
  const bytes = MUTATIONS[kind]!(VALID, rng);
  return rng() < 0.8 ? [kind, bytes] : [`${kind}, flip`, bytes.length > 0 ? MUTATIONS.flip!(bytes, rng) : bytes];
}

/** Reads every tensor of a file and the buffers that hold them. */
async function readAll(file: SafetensorsFile): Promise<Map<string, Float32Array>> {
  const read = new Map<string, Float32Array>();
  for (const [name, { shape }] of file.tensors) {
    const { data } = await file.read(name);
    assertEquals(data.length, shape.reduce((product, n) => product * n, 1));
    read.set(name, data);
  }
  return read;
}

/** Asserts that an error is one of those promised, and names the file. */
function assertFault(error: unknown, name: string, kind: string): asserts error is Error {
  const promised = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError;
  assert(promised && error.message.includes(`"${name}"`), `${kind}: ${Deno.inspect(error)}`);
}

Deno.test("openSource() reads the file that is mutated", async () => {
  const read = await readAll(await openSource(memorySource(VALID)));
  assertEquals([...read.keys()], ENTRIES.map(([name]) => name));
});

Deno.test("openSource() reads 10,000 mutated files within their bounds, or says what is wrong with which", async () => {
  const rng = printedRng();
  const counts = { read: 0, refused: 0 };
  const messages = new Set<string>();
  for (let trial = 0; trial < 10_000; trial++) {
    const [kind, bytes] = mutated(rng);
    const source = memorySource(bytes, `trial ${trial}`);
    const buffers = source.buffers;
    try {
      const read = await readAll(await openSource(source));
      for (const { buffer } of read.values()) buffers.add(buffer);
      counts.read++;
    } catch (error) {
      assertFault(error, source.name, kind);
      messages.add(error.message.replace(source.name, "").replaceAll(/"[^"]*"|\d+/g, "").slice(0, 60));
      counts.refused++;
    }
    assert(source.asked <= bytes.length, `${kind} made it read ${source.asked} of ${bytes.length} bytes`);
    const taken = totalBytes(buffers);
    assert(taken <= 2 * bytes.length, `${kind} made it take ${taken} bytes for ${bytes.length}`);
  }
  assert(counts.read > 500 && counts.refused > 5000, Deno.inspect(counts)); // neither is the whole story
  assert(messages.size > 20, `only these were found: ${[...messages].join("; ")}`);
});

Deno.test("readSafetensors() says of mutated files on disk what openSource() says of them in memory", () =>
  withDir(async (dir) => {
    const rng = printedRng();
    const path = `${dir}/fuzz.safetensors`;
    for (let trial = 0; trial < 60; trial++) {
      const [kind, bytes] = mutated(rng);
      await Deno.writeFile(path, bytes);
      const outcome = (work: Promise<unknown>) =>
        work.catch((error: unknown) => {
          assertFault(error, path, kind);
          return error.message;
        });
      const inMemory = await outcome(openSource(memorySource(bytes, path)).then(readAll));
      const onDisk = await outcome(
        readSafetensors(path).then(({ tensors }) =>
          new Map(Object.entries(tensors).map(([name, { data }]) => [name, data]))
        ),
      );
      assertEquals(onDisk, inMemory, kind);
    }
  }));
