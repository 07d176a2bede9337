/** What other programs made of small images: tests/reference/preprocess.py. */
import type { Pixels } from "../../src/core/resample.ts";
import type { PreprocessSpec } from "../../src/preprocess/mod.ts";

const FILE = new URL("../reference/preprocess", import.meta.url).href;
const bytes = await Deno.readFile(new URL(`${FILE}.bin`));

/** One result of a step. */
interface Result {
  readonly options: Record<string, unknown>;
  readonly pixels: number;
}

const records = JSON.parse(await Deno.readTextFile(new URL(`${FILE}.json`))) as readonly {
  readonly size: readonly [number, number];
  readonly pixels: number;
  readonly clahe: readonly (Result & { readonly before: number; readonly after: number })[];
  readonly sharpenEdges: readonly Result[];
  readonly greyWorld: readonly Result[];
}[];

/** An image, what a step makes of it, and for CLAHE the planes of lightness. */
export interface Case {
  readonly spec: PreprocessSpec;
  readonly image: Pixels;
  readonly expected: Uint8Array;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Every case of a step. */
export function casesOf(name: "clahe" | "sharpenEdges" | "greyWorld"): Case[] {
  return records.flatMap((record) => {
    const [height, width] = record.size, area = height * width;
    const slice = (from: number, length: number) => bytes.slice(from, from + length);
    return record[name].map((result) => ({
      spec: { name, ...result.options } as PreprocessSpec,
      image: { data: slice(record.pixels, 3 * area), height, width },
      expected: slice(result.pixels, 3 * area),
      before: slice("before" in result ? result.before as number : 0, area),
      after: slice("after" in result ? result.after as number : 0, area),
    }));
  });
}

/** The largest and the mean difference of two arrays of bytes. */
export function differences(a: Uint8Array, b: Uint8Array): { readonly largest: number; readonly mean: number } {
  if (a.length !== b.length) throw new Error(`${a.length} bytes against ${b.length}`);
  let largest = 0, sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { largest, mean: sum / a.length };
}
