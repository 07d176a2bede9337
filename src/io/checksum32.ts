/**
 * Checksums of 32 bits as logs of records carry them: CRC-32C (Castagnoli, https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4),
 * masked as in TFRecord files, and the CRC-32 of zip files.
 *
 * @module
 */

/** Remainders of each byte for a reflected polynomial. */
function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
}

const CASTAGNOLI = tableOf(0x82f63b78), ZIP = tableOf(0xedb88320);

function checksum(table: Uint32Array, pieces: readonly Uint8Array[]): number {
  let rest = ~0;
  for (const bytes of pieces) {
    for (let i = 0; i < bytes.length; i++) rest = table[(rest ^ bytes[i]!) & 255]! ^ (rest >>> 8);
  }
  return ~rest >>> 0;
}

/** CRC-32C of bytes. */
export function crc32c(bytes: Uint8Array): number {
  return checksum(CASTAGNOLI, [bytes]);
}

/** CRC-32, as zip files have it, of pieces one after the other. */
export function crc32(...pieces: readonly Uint8Array[]): number {
  return checksum(ZIP, pieces);
}

/**
 * A checksum turned by 15 bits and shifted by a constant, so that a record that holds checksums itself has a sound one:
 * https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function maskChecksum(sum: number): number {
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
