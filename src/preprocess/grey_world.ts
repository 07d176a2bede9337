/**
 * Grey-world white balance: a picture is taken to be grey on average, and its channels are scaled so that it is. Buchsbaum,
 * 1980, https://doi.org/10.1016/0016-0032(80)90058-7
 *
 * @module
 */
import type { Preprocess } from "./step.ts";

/** Options of the white balance. */
export interface GreyWorldOptions {
  /** How much of the correction is made, 0..1. */
  readonly strength: number;
  /** By which factor a channel is scaled at most, up or down. */
  readonly limit: number;
}

/** Makes the step. */
export function greyWorld({ strength, limit }: GreyWorldOptions): Preprocess {
  return ({ data, height, width }) => {
    const sums: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < data.length; i += 3) {
      sums[0] += data[i]!;
      sums[1] += data[i + 1]!;
      sums[2] += data[i + 2]!;
    }
    const grey = (sums[0] + sums[1] + sums[2]) / 3;
    const [red, green, blue] = sums.map((sum) => {
      const gain = sum === 0 ? 1 : Math.min(limit, Math.max(1 / limit, grey / sum)) ** strength;
      return Uint8ClampedArray.from({ length: 256 }, (_, byte) => byte * gain);
    }) as [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray];
    const out = new Uint8Array(data.length);
    for (let i = 0; i < data.length; i += 3) {
      out[i] = red[data[i]!]!;
      out[i + 1] = green[data[i + 1]!]!;
      out[i + 2] = blue[data[i + 2]!]!;
    }
    return { data: out, height, width };
  };
}
