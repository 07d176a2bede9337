/** Reads the log of an offline run with nothing of the package but CRC-32: a head, and records in blocks of 32 KiB. @module */
import { crc32 } from "node:zlib";

/**
 * The records of a log of blocks.
 *
 * @param log The file.
 * @param from Bytes before the first record.
 */
export function blockRecordsOf(log: Uint8Array, from: number): Uint8Array[] {
  const records: Uint8Array[] = [], view = new DataView(log.buffer, log.byteOffset);
  let parts: number[] = [], open = false;
  for (let at = from; at < log.length;) {
    const room = 32768 - at % 32768;
    if (room < 7) {
      if (log.subarray(at, at + room).some((byte) => byte !== 0)) throw new Error("a block's rest is not empty");
      at += room;
      continue;
    }
    const length = view.getUint16(at + 4, true), kind = log[at + 6]!, end = at + 7 + length;
    if (7 + length > room || end > log.length) throw new Error("a piece is longer than its block or the file");
    if (view.getUint32(at, true) !== crc32(log.subarray(at + 6, end))) throw new Error("a piece's checksum");
    if (!(open ? [3, 4] : [1, 2]).includes(kind)) throw new Error(`a piece of kind ${kind}, open ${open}`);
    parts.push(...log.subarray(at + 7, end));
    open = kind === 2 || kind === 3;
    if (!open) {
      records.push(Uint8Array.from(parts));
      parts = [];
    }
    at = end;
  }
  if (open) throw new Error("a record has no end");
  return records;
}
