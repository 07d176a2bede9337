/**
 * The safetensors file format: a JSON header and raw little-endian numbers. Files are read tensor by tensor and written piece
 * by piece, and no more of a file is in memory than its tensors.
 * https://huggingface.co/docs/safetensors/index#format
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import { writeAtomicParts } from "./files.ts";
import { isSizes, makeHeader, MAX_HEADER_BYTES, parseHeader } from "./safetensors_header.ts";
import { bytesOf, readNumbers } from "./safetensors_numbers.ts";
import { type ByteSource, openBytes } from "./safetensors_source.ts";

/** A tensor of a file: its shape and its numbers, row by row. */
export interface StoredTensor {
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** The numbers, as 32-bit floats whatever they are on disk. A 64-bit integer beyond 2^24 loses its last digits. */
  readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** Tensors by name, in the order of their bytes, but for names that are whole numbers, which come first. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** The header's free texts. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a file's header says of a tensor. */
export interface TensorInfo {
  /** The format's name of the numbers' type on disk, such as `"F32"` or `"BF16"`. */
  readonly dtype: string;
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
}

/** A safetensors file that is open. */
export interface SafetensorsFile extends Disposable {
  /** Tensors by name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The header's free texts. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads a tensor straight into a buffer of its own.
   *
   * @param name The tensor's name.
   * @returns The tensor, of type F32, F16, BF16 or I64 on disk.
   * @throws {RangeError} If the file has no tensor of that name.
   * @throws {TypeError} If its numbers are of another type.
   */
  read(name: string): Promise<StoredTensor>;
}

/** How tensors are written. */
export interface WriteSafetensorsOptions {
  /** Type of the numbers on disk: F32, the default, or F16, which rounds to the nearest half-precision number. */
  readonly dtype?: "F32" | "F16";
}

/**
 * Opens a safetensors file: reads its header and checks that it agrees with itself and the file.
 *
 * @example
 * ```ts
 * import { openSafetensors, writeSafetensors } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/weights.safetensors`;
 * const tensors = { bias: { shape: [2], data: Float32Array.of(1, 0.1) }, scale: { shape: [], data: Float32Array.of(3) } };
 * await writeSafetensors(path, { tensors, metadata: { epoch: "7" } }, { dtype: "F16" });
 * using file = await openSafetensors(path);
 * assertEquals([...file.tensors.keys()], ["bias", "scale"]);
 * assertEquals(file.tensors.get("bias"), { dtype: "F16", shape: [2] });
 * assertEquals((await file.read("scale")).data, Float32Array.of(3)); // nothing else is read
 * ```
 *
 * @param path The file.
 * @returns Names, shapes and types of its tensors, and a function that reads one; to be disposed of.
 * @throws {SyntaxError} If the file is cut off or broken; the message names it and the tensor.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const source = await openBytes(path);
  try {
    return await openSource(source);
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

/** Opens what has the bytes of a safetensors file; it is disposed of with the result. */
export async function openSource(source: ByteSource): Promise<SafetensorsFile> {
  const fail = (rule: string): never => {
    throw new SyntaxError(`Cannot read "${source.name}" as ${rule}`);
  };
  if (source.size < 8) fail(`a safetensors file must have at least 8 bytes: it has ${source.size}`);
  const length = new BigUint64Array(1);
  await source.fill(new Uint8Array(length.buffer), 0);
  const headerBytes = Number(length[0]), dataStart = 8 + headerBytes;
  if (headerBytes > MAX_HEADER_BYTES) {
    fail(`its header must have at most ${MAX_HEADER_BYTES} bytes: it says ${length[0]}`);
  }
  if (dataStart > source.size) fail(`its header of ${headerBytes} bytes must fit into it: it has ${source.size} bytes`);
  const header = new Uint8Array(headerBytes);
  await source.fill(header, 8);
  const { metadata, places } = parseHeader(header, source.size - dataStart, fail);
  return {
    metadata,
    tensors: new Map([...places].map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    async read(name) {
      const place = places.get(name);
      if (place) return { shape: place.shape, data: await readNumbers(source, name, place, dataStart) };
      const some = `${list([...places.keys()].slice(0, 5))}${places.size > 5 ? ", ..." : ""}`;
      throw new RangeError(
        `Cannot read tensor ${show(name)} of "${source.name}" as it must be one of its ${places.size}: ${some}`,
      );
    },
    [Symbol.dispose]: () => source[Symbol.dispose](),
  };
}

/**
 * Reads all of a safetensors file. Nothing but the tensors is in memory afterwards, and besides them at most the largest one
 * meanwhile; to have less, read them one by one from {@linkcode openSafetensors}.
 *
 * @param path The file.
 * @returns Its tensors (F32, F16, BF16 and I64, as 32-bit floats) and metadata.
 * @throws {SyntaxError} If the file is cut off or broken; the message names it and the tensor.
 * @throws {TypeError} If a tensor is of another type.
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  using file = await openSafetensors(path);
  const tensors: [string, StoredTensor][] = [];
  for (const name of file.tensors.keys()) tensors.push([name, await file.read(name)]);
  return { tensors: Object.fromEntries(tensors), metadata: file.metadata }; // entries make even "__proto__" a plain key
}

/**
 * Writes a safetensors file, whole or not at all.
 *
 * @param path The file; its folder must be there.
 * @param contents Tensors and metadata.
 * @param options The type of the numbers on disk.
 * @throws {TypeError} If a tensor's shape and numbers do not agree, or a name or a text cannot stand in the header.
 * @throws {RangeError} If a number of at least 65520 is to be written as F16, which would make it infinite.
 */
export async function writeSafetensors(
  path: string,
  { tensors, metadata }: Safetensors,
  { dtype = "F32" }: WriteSafetensorsOptions = {},
): Promise<void> {
  const fail = (rule: string): never => {
    throw new TypeError(`Cannot write "${path}" as ${rule}`);
  };
  const named = Object.entries(tensors);
  if (dtype !== "F32" && dtype !== "F16") fail(`the type must be one of "F32", "F16": current value is ${show(dtype)}`);
  for (const [name, { shape, data }] of named) {
    if (!isSizes(shape)) {
      fail(`tensor ${show(name)} must have a shape of whole numbers of at least 0: it has ${show(shape)}`);
    }
    const count = shape.reduce((product, n) => product * n, 1);
    if (data instanceof Float32Array && data.length === count) continue;
    fail(`tensor ${show(name)} of shape ${show(shape)} must have ${count} 32-bit floats: it has ${show(data)}`);
  }
  const size = dtype === "F32" ? 4 : 2;
  const shapes = named.map(([name, { shape, data }]) => [name, shape, data.length * size] as const);
  const header = makeHeader(shapes, dtype, metadata, fail);
  await writeAtomicParts(
    path,
    function* () {
      yield header;
      for (const [name, { data }] of named) {
        yield* bytesOf(data, dtype, (index) => {
          throw new RangeError(
            `Cannot write "${path}" as F16 holds numbers below 65520: tensor ${show(name)} has ${
              data[index]
            } at index ${index}`,
          );
        });
      }
    }(),
  );
}
