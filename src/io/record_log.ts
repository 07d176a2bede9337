/**
 * Files of framed records that are added to: TFRecord, which TensorBoard's event files are
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details), and the log of blocks that LevelDB has
 * and the Weights & Biases client reads (https://github.com/google/leveldb/blob/main/doc/log_format.md).
 *
 * @module
 */
import { crc32, crc32c, maskChecksum } from "./checksum32.ts";
import { statIfThere } from "./files.ts";

/**
 * Frames a record as TFRecord files do: length, its masked checksum, the record, its masked checksum.
 *
 * @param record The record's bytes.
 * @returns 16 bytes more.
 */
export function frameTfRecord(record: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(record.length + 16), view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(record.length), true);
  view.setUint32(8, maskChecksum(crc32c(framed.subarray(0, 8))), true);
  framed.set(record, 12);
  view.setUint32(12 + record.length, maskChecksum(crc32c(record)), true);
  return framed;
}

const BLOCK = 32768, HEAD = 7;
/** What a piece of a record is: all of it, its beginning, middle or end. */
const FULL = 1, FIRST = 2, MIDDLE = 3, LAST = 4;

/**
 * Frames a record as logs of 32 KiB blocks do, in pieces that lie in one block each; a piece has its CRC-32, length and
 * kind before it. LevelDB's own logs have a masked CRC-32C there, those of Weights & Biases a plain CRC-32.
 *
 * @param record The record's bytes.
 * @param at Where in the file it is to stand, in bytes.
 * @returns The pieces, after zeros where the block that is begun has no room for a head.
 */
export function frameBlockRecord(record: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const out: Uint8Array[] = [];
  for (let done = 0, place = at, begun = false; !begun || done < record.length; begun = true) {
    const room = BLOCK - place % BLOCK;
    if (room < HEAD) {
      out.push(new Uint8Array(room));
      place += room;
    }
    const piece = record.subarray(done, done + Math.min(BLOCK - place % BLOCK, BLOCK) - HEAD);
    done += piece.length;
    const isLast = done === record.length;
    const kind = begun ? (isLast ? LAST : MIDDLE) : isLast ? FULL : FIRST;
    const head = new Uint8Array(HEAD), view = new DataView(head.buffer);
    view.setUint32(0, crc32(Uint8Array.of(kind), piece), true);
    view.setUint16(4, piece.length, true);
    head[6] = kind;
    out.push(head, piece);
    place += HEAD + piece.length;
  }
  return joinBytes(out);
}

/** Pieces one after the other. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/**
 * Adds bytes at a place of a file and cuts off what stood behind it, such as the rest of a write that a killed process left.
 *
 * @param path The file; it is made if it is not there.
 * @param bytes What is added; it is on the disk when this returns.
 * @param at The place in bytes.
 * @returns The file's new length in bytes.
 */
export async function writeAt(path: string, bytes: Uint8Array, at: number): Promise<number> {
  using file = await Deno.open(path, { create: true, write: true });
  if ((await file.stat()).size > at) await file.truncate(at);
  await file.seek(at, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  await file.syncData();
  return at + bytes.length;
}

/** Cuts a file back to a length, if it is there and longer. */
export async function cutTo(path: string, length: number): Promise<void> {
  if (((await statIfThere(path))?.size ?? 0) > length) await Deno.truncate(path, length);
}
