/**
 * Synthetic images: conditional GANs, their training, and what they make as a data set that may be trained on alone.
 *
 * @module
 */
export { ADVERSARIAL, type AdversarialLoss, type AdversarialSpec } from "./adversarial.ts";
export { assessGan, type GanAssessment } from "./assess.ts";
export { type GanConfig, type GanConfigInput, ganConfigJsonSchema, resolveGanConfig } from "./config.ts";
export {
  type ColorOptions,
  type CutoutOptions,
  DIFF_AUGMENTS,
  type DiffAugment,
  type DiffAugmentSpec,
  type TranslationOptions,
} from "./diff_augment.ts";
export {
  type DcganDiscriminatorOptions,
  type Discriminator,
  type DiscriminatorMaker,
  type DiscriminatorOptions,
  DISCRIMINATORS,
  type DiscriminatorSpec,
} from "./discriminator.ts";
export { type GanDisplay, ganDisplay, ganLine } from "./display.ts";
export type { Seen } from "./features.ts";
export { frechetDistance, type Gaussian, gaussianOf } from "./frechet.ts";
export type { FitGanOptions, GanStepState } from "./fit_gan.ts";
export { type GanRun, loadGenerator, openGan } from "./gan_run.ts";
export type { GanFigures } from "./gan_step.ts";
export { generateImages, type GenerateOptions } from "./generate.ts";
export {
  type DcganGeneratorOptions,
  type GanSizes,
  type Generator,
  type GeneratorMaker,
  type GeneratorOptions,
  GENERATORS,
  type GeneratorSpec,
} from "./generator.ts";
export { type GanJudge, type GanQuality, type JudgeOptions, makeJudge } from "./judge.ts";
export { type FeatureRows, type NearestRows, type Nearness, nearness } from "./nearest.ts";
export type { Network } from "./network.ts";
export { PENALTIES, type Penalty, type PenaltyResult, type PenaltySpec, type R1Options } from "./penalties.ts";
export { plotGan, type PlotGanOptions } from "./plot_gan.ts";
export { type Coverage, type Manifold, manifoldOf, precisionRecall } from "./precision_recall.ts";
export { syntheticCounts, type SyntheticWish } from "./counts.ts";
export { synthesizeFaces, type SynthesizeOptions } from "./synthesize.ts";
export { trainGan, type TrainGanOptions } from "./train_gan.ts";
export { type GanHealth, ganHealth, type GanRow, type GanWatchOptions } from "./watch.ts";
