/**
 * Models by name, their heads, and their weights on disk.
 *
 * @module
 */
export type { CreateModelOptions, ModelMaker, ModelOptions } from "./architecture.ts";
export type { Architecture, Backbone, Description, WeightSet } from "./backbone.ts";
export type { ConvNeXtName } from "./families/convnext.ts";
export type { DenseNetName } from "./families/densenet.ts";
export type { EfficientNetName } from "./families/efficientnet.ts";
export type { MobileNetV3Name } from "./families/mobilenetv3.ts";
export type { RegNetName } from "./families/regnet.ts";
export type { ResNetName } from "./families/resnet.ts";
export { type FindOptions, findWeights, type FoundWeights } from "./find.ts";
export {
  type AllOptions,
  FINE_TUNES,
  type FineTune,
  type FineTuneSpec,
  type LayerDecayOptions,
  type StagesOptions,
} from "./fine_tune.ts";
export {
  type ArcFaceHeadOptions,
  type AttributesHeadOptions,
  type Head,
  type HeadMaker,
  HEADS,
  type HeadSizes,
  type HeadSpec,
  type HiddenHeadOptions,
  type MultiSampleHeadOptions,
  type MultiTaskHeadOptions,
  type PlainHeadOptions,
} from "./heads/mod.ts";
export {
  type Fan,
  type Initialiser,
  INITIALISERS,
  type InitialiserSpec,
  type KaimingOptions,
  type Start,
} from "./initialisers.ts";
export type { ConvLayer, ConvNormLayer, FilterSizes, Layers, NormOptions } from "./layers.ts";
export { type LoadedWeights, type LoadOptions, loadWeights } from "./load.ts";
export {
  type ForwardOptions,
  type HeadOutput,
  IMAGENET_INPUT,
  type InputSpec,
  inputTensor,
  type Layout,
  type Model,
  type Output,
  type Regression,
} from "./model.ts";
export { createModel, MODELS, type ModelSpec } from "./registry.ts";
export { type AverageOptions, averageWeights } from "./soup.ts";
export { type SaveOptions, saveWeights } from "./weights.ts";
export { ARCHITECTURES, type ModelName } from "./zoo.ts";
