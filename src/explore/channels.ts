/**
 * Mean and deviation of the colour channels, by which a network's input is normalised.
 *
 * @module
 */
import type { ImageSet } from "../core/records.ts";
import type { WatchOptions } from "../io/in_flight.ts";
import { letIn } from "./let_in.ts";

/** What the pixels of a set of images are like. */
export interface ChannelStats {
  /** Images counted. */
  readonly images: number;
  /** Mean of red, green and blue, 0..1. */
  readonly mean: readonly [red: number, green: number, blue: number];
  /** Standard deviation of red, green and blue over all pixels of all images, 0..1. */
  readonly std: readonly [red: number, green: number, blue: number];
}

/** Which images are counted, and how the work is followed. */
export interface ChannelOptions extends WatchOptions {
  /** Which images; the default is all that could be decoded. Give the training images to keep validation unseen. */
  readonly indices?: ArrayLike<number>;
}

/** Images read at a time. */
const BATCH = 64;

/**
 * Computes mean and standard deviation of each channel, exactly: sums of bytes and of their squares are whole numbers.
 *
 * @example
 * ```ts
 * import { channelStats } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const images = {
 *   ids: ["a"],
 *   size: [1, 2] as const,
 *   digest: "",
 *   faults: [],
 *   fillBatch: (_: ArrayLike<number>, out: Uint8Array) => out.set([255, 0, 51, 255, 255, 51]),
 *   close() {},
 * };
 * assertEquals(await channelStats(images), { images: 1, mean: [1, 0.5, 0.2], std: [0, 0.5, 0] });
 * ```
 *
 * @param images Decoded images; those that could not be decoded are left out.
 * @returns Mean and deviation, 0..1.
 * @throws {RangeError} If there is no image to count.
 */
export async function channelStats(
  images: ImageSet,
  { indices, signal, onProgress }: ChannelOptions = {},
): Promise<ChannelStats> {
  const faulty = new Set(images.faults.map(({ id }) => id));
  const chosen = Array.from(indices ?? images.ids.keys()).filter((i) => !faulty.has(images.ids[i]));
  if (chosen.length === 0) {
    throw new RangeError(
      `Cannot compute channel statistics as there must be an image to count: current set has ${images.ids.length}, ${faulty.size} of them undecodable`,
    );
  }
  const [height, width] = images.size;
  const stride = height * width * 3;
  const buffer = new Uint8Array(Math.min(BATCH, chosen.length) * stride);
  const sums = [0, 0, 0], squares = [0, 0, 0];
  for (let start = 0; start < chosen.length; start += BATCH) {
    const batch = chosen.slice(start, start + BATCH);
    images.fillBatch(batch, buffer);
    for (let c = 0; c < 3; c++) {
      let sum = 0, square = 0;
      for (let k = c; k < batch.length * stride; k += 3) {
        const value = buffer[k]!;
        sum += value;
        square += value * value;
      }
      sums[c]! += sum;
      squares[c]! += square;
    }
    onProgress?.({ done: start + batch.length, total: chosen.length });
    await letIn(signal);
  }
  const pixels = chosen.length * height * width;
  const mean = (c: number) => sums[c]! / pixels / 255;
  const std = (c: number) => Math.sqrt(Math.max(0, pixels * squares[c]! - sums[c]! ** 2)) / pixels / 255;
  return { images: chosen.length, mean: [mean(0), mean(1), mean(2)], std: [std(0), std(1), std(2)] };
}
