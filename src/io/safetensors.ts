/**
 * The safetensors file format: a JSON header and raw little-endian numbers.
 * https://github.com/huggingface/safetensors#format
 *
 * @module
 */
import { show } from "../core/check.ts";
import { writeAtomic } from "./files.ts";

/** A tensor on disk: its shape and its numbers, row by row. */
export interface StoredTensor {
  /** Sizes of the axes, outermost first. */
  readonly shape: readonly number[];
  /** The numbers; a 64-bit integer tensor is read as numbers too. */
  readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** Tensors by name, in the file's order. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** The header's free texts. */
  readonly metadata: Readonly<Record<string, string>>;
}

const BYTES: Readonly<Record<string, number>> = { F32: 4, I64: 8 };

/**
 * Reads a safetensors file.
 *
 * @param path The file.
 * @returns Its tensors (F32 and I64) and metadata.
 * @throws {SyntaxError} If the file is cut off, its header is no JSON, or a tensor's type, shape and place do not agree.
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const bytes = await Deno.readFile(path);
  const fail = (rule: string): never => {
    throw new SyntaxError(`Cannot read "${path}" as ${rule}`);
  };
  if (bytes.length < 8) fail(`a safetensors file has at least 8 bytes: it has ${bytes.length}`);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  if (length > bytes.length - 8) fail(`its header of ${length} bytes is longer than the file of ${bytes.length}`);
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
    const size = BYTES[String(dtype)] ?? fail(`tensor "${name}" has type ${show(dtype)}, which is not read`);
    if (!isSizes(shape) || !isSizes(offsets)) fail(`tensor "${name}" has no proper shape and place`);
    const [start, end] = offsets as [number, number];
    const count = (shape as number[]).reduce((product, n) => product * n, 1);
    if (end - start !== count * size || 8 + length + end > bytes.length) {
      fail(
        `tensor "${name}" of shape [${shape}] needs ${count * size} bytes within the file: it has ${start} to ${end}`,
      );
    }
    const buffer = bytes.buffer.slice(8 + length + start, 8 + length + end);
    const data = dtype === "F32" ? new Float32Array(buffer) : Float32Array.from(new BigInt64Array(buffer), Number);
    tensors[name] = { shape: shape as number[], data };
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

function parseHeader(bytes: Uint8Array, fail: (rule: string) => never): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return fail(`its header is not JSON: ${(error as Error).message}`);
  }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/**
 * Writes a safetensors file, whole or not at all.
 *
 * @param path The file.
 * @param contents Tensors (written as F32) and metadata.
 */
export async function writeSafetensors(path: string, { tensors, metadata }: Safetensors): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, end += data.byteLength] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8; // the numbers start at a multiple of 8 bytes
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  await writeAtomic(path, bytes);
}
