/**
 * Which image files hold ink (CMYK) in place of light, told from their first bytes where that is quick.
 *
 * @module
 */

/** Markers of a JPEG file without a length: restarts, and one that fills. */
const BARE = new Set([0x01, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7]);

/** Markers between 0xc0 and 0xcf that begin no frame: tables, arithmetic coding's conditions, and an extension. */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);

/**
 * Whether a file holds ink.
 *
 * @param bytes The file.
 * @returns False for PNG, which never does, and for JPEG with fewer than four channels; nothing where the decoder is to say.
 */
export function holdsInk(bytes: Uint8Array): false | undefined {
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return false;
  const channels = jpegChannels(bytes);
  return channels !== undefined && channels < 4 ? false : undefined;
}

/** The number of channels in a JPEG file's first frame (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2). */
function jpegChannels(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (let at = 2; bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++; // a byte that fills
    else if (BARE.has(marker)) at += 2;
    else if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker)) return bytes[at + 9];
    else at += 2 + (bytes[at + 2]! << 8 | bytes[at + 3]!);
  }
  return undefined;
}
