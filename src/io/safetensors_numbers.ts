/**
 * The numbers of tensors between their bytes on disk and 32-bit floats, without a second copy where the two are the same.
 * Bytes are taken as this machine has them, which is little-endian, as the format demands, wherever Deno runs.
 *
 * @module
 */
import { list, show } from "../core/check.ts";
import type { Place } from "./safetensors_header.ts";
import type { ByteSource } from "./safetensors_source.ts";

/** The types that are read. */
const READABLE = ["F32", "F16", "BF16", "I64"];

/** Half-precision numbers converted at a time: 2 MiB. */
const PIECE = 1 << 20;

/** Halfway between 65504, the largest half-precision number, and 65536: from here on, rounding gives infinity. */
const HALF_OVERFLOW = 65520;

/**
 * Reads a tensor's numbers.
 *
 * @param source The file.
 * @param name The tensor's name, for errors.
 * @param place Where in the data the tensor is.
 * @param dataStart Where in the file the data begins.
 * @returns The numbers, in a buffer of their own.
 * @throws {TypeError} If they are of a type that is not read.
 */
export async function readNumbers(
  source: ByteSource,
  name: string,
  { dtype, count, start, end }: Place,
  dataStart: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (!READABLE.includes(dtype)) {
    throw new TypeError(
      `Cannot read tensor ${show(name)} of "${source.name}" as its type must be one of ${
        list(READABLE)
      }: it has "${dtype}"`,
    );
  }
  const numbers = new Float32Array(count);
  if (dtype === "I64") {
    const wide = new BigInt64Array(count);
    await source.fill(new Uint8Array(wide.buffer), dataStart + start);
    for (let i = 0; i < count; i++) numbers[i] = Number(wide[i]);
    return numbers;
  }
  const { buffer } = numbers;
  const offset = buffer.byteLength - (end - start); // half-precision numbers take the second half and are widened in place
  await source.fill(new Uint8Array(buffer, offset), dataStart + start);
  if (dtype === "F16") {
    const halves = new Float16Array(buffer, offset);
    for (let i = 0; i < count; i++) numbers[i] = halves[i]!; // overtakes no half that is not yet read
  } else if (dtype === "BF16") {
    const halves = new Uint16Array(buffer, offset), bits = new Uint32Array(buffer);
    for (let i = 0; i < count; i++) bits[i] = halves[i]! << 16; // the upper half of the same number in 32 bits
  }
  return numbers;
}

/**
 * The bytes of numbers, piece by piece. A piece is only good until the next is asked for.
 *
 * @param numbers The numbers.
 * @param dtype Their type on disk.
 * @param tooLarge Throws the error for the index of a number that the type cannot hold.
 */
export function* bytesOf(
  numbers: Float32Array,
  dtype: "F32" | "F16",
  tooLarge: (index: number) => never,
): Generator<Uint8Array> {
  if (dtype === "F32") return yield new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const halves = new Float16Array(Math.min(numbers.length, PIECE));
  for (let from = 0; from < numbers.length; from += PIECE) {
    const piece = numbers.subarray(from, from + PIECE);
    const lost = piece.findIndex((x) => Math.abs(x) >= HALF_OVERFLOW && Math.abs(x) !== Infinity);
    if (lost >= 0) tooLarge(from + lost);
    halves.set(piece); // rounds to the nearest, to even where two are as near
    yield new Uint8Array(halves.buffer, 0, 2 * piece.length);
  }
}
