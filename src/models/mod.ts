/**
 * Models by name, their heads, and their weights on disk.
 *
 * @module
 */
export { createModel, type CreateModelOptions, MODELS, type ModelSpec } from "./registry.ts";
export { HEADS, type HeadSpec } from "./heads.ts";
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
