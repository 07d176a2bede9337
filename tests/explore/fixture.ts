/**
 * A small data set of persons, with image files where a folder is given.
 *
 * @module
 */
import type { Dataset, ImageSet, Sample } from "../../src/core/records.ts";
import { randomInt, type Rng } from "../../src/core/rng.ts";
import { encodeLabel, FACE_SCHEMA } from "../../src/core/schema.ts";
import { rasterize } from "../../src/io/raster.ts";

/** Persons with three photographs each, one a mask level, their gender and age drawn at random. */
export function randomFaces(rng: Rng, people: number): Dataset {
  const samples = Array.from({ length: people }, (_, p): Sample[] => {
    const gender = ["male", "female"][randomInt(rng, 2)]!, age = 18 + randomInt(rng, 43);
    return ["wear", "incorrect", "not wear"].map((mask) => {
      const attributes = { mask, gender, age };
      const id = `${p}-${mask}`;
      return { id, path: `${p}/${mask}.png`, group: `${p}`, label: encodeLabel(FACE_SCHEMA, attributes), attributes };
    });
  }).flat();
  return { schema: FACE_SCHEMA, samples, root: ".", faults: [] };
}

/** A flat PNG file of one colour. */
export function flatImage(width: number, height: number, fill: string): Promise<Uint8Array<ArrayBuffer>> {
  return rasterize(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="${fill}"/></svg>`,
  );
}

/** An image set of given bytes, `[N, H, W, 3]`. */
export function imageSet(
  pixels: Uint8Array,
  size: readonly [number, number],
  faulty: readonly string[] = [],
): ImageSet {
  const stride = size[0] * size[1] * 3;
  return {
    ids: Array.from({ length: pixels.length / stride }, (_, i) => `${i}`),
    size,
    digest: "",
    faults: faulty.map((id) => ({ kind: "undecodable", message: `Cannot decode "${id}"`, id })),
    fillBatch: (indices, out) =>
      Array.from(indices).forEach((i, b) => out.set(pixels.subarray(i * stride, (i + 1) * stride), b * stride)),
    close() {},
  };
}
