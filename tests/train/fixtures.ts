/** A tiny data set in memory that a small network learns in seconds: coloured patches, three classes, a few persons. */
import { type Dataset, type Fault, type ImageSet, makeSchema, seededRng } from "../../src/core/mod.ts";
import { resolveConfig, type TrainConfig } from "../../src/train/mod.ts";

/** Persons with three images each, one of every class. */
export function patches(persons: number): Dataset {
  const schema = makeSchema([{ name: "colour", levels: ["red", "green", "blue"] }]);
  const samples = Array.from({ length: persons * 3 }, (_, i) => ({
    id: `p${Math.floor(i / 3)}/${i % 3}`,
    path: `p${Math.floor(i / 3)}/${i % 3}.png`,
    group: `p${Math.floor(i / 3)}`,
    label: i % 3,
    attributes: { colour: schema.classes[i % 3]! },
  }));
  return { schema, samples, root: "nowhere", faults: [] };
}

/** Their pixels: noise with a weak tint of the class. */
export function patchImages({ samples }: Dataset, { broken = [] as readonly string[], size = 32 } = {}): ImageSet {
  const stride = size * size * 3;
  const pixels = new Uint8Array(samples.length * stride);
  samples.forEach(({ id, label }, n) => {
    const rng = seededRng(9).fork(id);
    for (let i = 0; i < stride; i++) pixels[n * stride + i] = rng() * 180 + (i % 3 === label ? 60 : 0);
  });
  const faults: Fault[] = broken.map((id) => ({ kind: "undecodable", id, message: `${id} cannot be decoded` }));
  return {
    ids: samples.map(({ id }) => id),
    size: [size, size],
    digest: "patches",
    faults,
    fillBatch(indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const from = indices[i]! * stride;
        out.set(pixels.subarray(from, from + stride), i * stride);
      }
    },
    close() {},
  };
}

/** A configuration that trains on them in about a second an epoch. */
export function patchConfig(options: Record<string, unknown> = {}): TrainConfig {
  return resolveConfig({
    resize: 32,
    crop: 32,
    folds: 3,
    batchSize: 8,
    epochs: 4,
    lr: 3e-3,
    workers: 0,
    model: { name: "efficientnet_nano", dropPath: 0.1 },
    augments: [{ name: "colorJitter", brightness: 0.1 }, { name: "horizontalFlip" }],
    views: [{ name: "identity" }, { name: "flip" }],
  }, options);
}
