/**
 * Safetensors files made byte by byte, and read from memory by a source that counts what is asked of it.
 *
 * @module
 */
import type { ByteSource } from "../../src/io/safetensors_source.ts";

/** A file with a header as given and data after it; its length may lie. */
export function fileOf(header: string | Uint8Array, data: number | Uint8Array, length?: number | bigint): Uint8Array {
  const head = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const tail = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + head.length + tail.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? head.length), true);
  bytes.set(head, 8);
  bytes.set(tail, 8 + head.length);
  return bytes;
}

/** A source, and what was asked of it. */
export interface CountedSource extends ByteSource {
  /** Bytes read so far. */
  asked: number;
  /** The buffers that were given to be filled, each once. */
  readonly buffers: Set<ArrayBufferLike>;
}

/** Bytes as a file in memory; reading beyond them is an error that no fault of a file may cause. */
export function memorySource(bytes: Uint8Array, name = "memory.safetensors"): CountedSource {
  const source: CountedSource = {
    name,
    size: bytes.length,
    asked: 0,
    buffers: new Set(),
    fill(into, at) {
      if (!(at >= 0 && at + into.length <= bytes.length)) {
        throw new Error(`${into.length} bytes were asked at ${at} of ${bytes.length}`);
      }
      source.asked += into.length;
      source.buffers.add(into.buffer);
      into.set(bytes.subarray(at, at + into.length));
      return Promise.resolve();
    },
    [Symbol.dispose]() {},
  };
  return source;
}

/** Bytes that all buffers have together. */
export function totalBytes(buffers: Iterable<ArrayBufferLike>): number {
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
