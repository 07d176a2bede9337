/**
 * What browsers of the last years lack, of what the network's code asks for: imported before it.
 *
 * @module
 */

const bytes = Uint8Array as unknown as { fromHex?: (text: string) => Uint8Array };
bytes.fromHex ??= (text) =>
  Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));

const response = Response.prototype as { bytes?: (this: Response) => Promise<Uint8Array> };
response.bytes ??= async function () {
  return new Uint8Array(await this.arrayBuffer());
};

const all = globalThis as { Float16Array?: unknown };
all.Float16Array ??= function (buffer: ArrayBuffer, offset: number) {
  return widenHalves(new Uint16Array(buffer, offset)); // which is only read
};

/**
 * The values of half-precision numbers (https://en.wikipedia.org/wiki/Half-precision_floating-point_format).
 *
 * @param halves Their bits.
 */
export function widenHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (bits) => {
    const sign = bits >> 15 ? -1 : 1, exponent = bits >> 10 & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  });
}
