/** A tiny data set and GAN that train in a second or two. */
import { type GanConfig, resolveGanConfig, trainGan, type TrainGanOptions } from "../../src/synth/mod.ts";
import { splitDataset } from "../../src/split/mod.ts";
import { patches, patchImages } from "../train/fixtures.ts";

export const dataset = patches(12);
export const images = patchImages(dataset, { size: 16 });
export const fold = splitDataset(dataset, { folds: 4, seed: 1 })[0]!;

/** Every option that has a state: spectral norms, a penalty in some steps, an average. */
export function smallConfig(options: Record<string, unknown> = {}): GanConfig {
  return resolveGanConfig({
    resize: 16,
    crop: 16,
    batchSize: 8,
    epochs: 3,
    workers: 0,
    generator: { name: "dcgan", width: 4, latent: 6, embedding: 3 },
    discriminator: { name: "dcgan", width: 4, norm: "spectral" },
    loss: "hinge",
    penalty: { name: "r1", every: 3 },
    average: { name: "ema", decay: 0.9 },
    diffAugments: ["color", "translation", "cutout"],
    watch: { grace: 100 },
  }, options);
}

/** Trains on the patches. */
export async function trainSmall(config: GanConfig, dir: string, options: Partial<TrainGanOptions> = {}) {
  return await trainGan(dataset, config, { dir, fold, images, ...options });
}
