/**
 * Models by name, their heads, and their weights on disk.
 *
 * @module
 */
export {
  createModel,
  type CreateModelOptions,
  type EfficientNetOptions,
  type ModelMaker,
  MODELS,
  type ModelSpec,
} from "./registry.ts";
export {
  type AttributesHeadOptions,
  type Head,
  type HeadMaker,
  HEADS,
  type HeadSizes,
  type HeadSpec,
  type HiddenHeadOptions,
  type PlainHeadOptions,
} from "./heads.ts";
export type { ConvLayer, ConvNormLayer, Layers } from "./layers.ts";
export {
  type ForwardOptions,
  IMAGENET_INPUT,
  type InputSpec,
  inputTensor,
  type Layout,
  type Model,
  type Output,
} from "./model.ts";
export { loadWeights, saveWeights } from "./weights.ts";
