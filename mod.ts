/**
 * maskfold: composable functions for scientific image classification in Deno. Load a data set of people's photographs,
 * explore it with Polars, split it by person, train a network on whatever machine is there, and ensemble the folds with
 * test-time augmentation.
 *
 * ```ts ignore
 * import * as mf from "maskfold";
 *
 * await mf.initBackend({ need: "train" });
 * const dataset = await mf.loadFaces("data");
 * const config = mf.resolveConfig(await mf.readPreset("small"), { epochs: 10 });
 * const result = await mf.crossValidate(dataset, config, { dir: "runs/first", ...mf.trainingDisplay() });
 * console.log(mf.summaryLine(result));
 * ```
 *
 * Importing this module asks for no permission and loads no native code: sharp, Polars and the backends are loaded by the
 * functions that need them.
 *
 * @module
 */

// Records, schemas, randomness, choices by name
export {
  type Attribute,
  type AttributeValue,
  build,
  type ClassScores,
  type Dataset,
  decodeLabel,
  encodeLabel,
  type EpochRow,
  FACE_SCHEMA,
  type Fault,
  type FaultKind,
  type Fold,
  type ImageSet,
  levelOf,
  makeSchema,
  type OptionsOf,
  type OptionsSchema,
  type Part,
  part,
  type Predictions,
  type Registry,
  type Rng,
  type Sample,
  type Schema,
  type Scores,
  seededRng,
  type Size,
  type SpecOf,
  UNKNOWN_LABEL,
} from "./src/core/mod.ts";

// Data sets, images, files
export {
  type CheckOptions,
  decodeImage,
  ensureDir,
  faultsOf,
  type ImageOptions,
  type Interpolation,
  type Layout,
  load,
  loadFaces,
  type LoadFacesOptions,
  loadFolders,
  type LoadFoldersOptions,
  type LoadOptions,
  loadTable,
  type LoadTableOptions,
  openSafetensors,
  packImages,
  type PackOptions,
  type Pixels as DecodedPixels,
  type Progress,
  progress,
  type ProgressOptions,
  rasterize,
  type RasterOptions,
  readCsv,
  readJson,
  readSafetensors,
  type Safetensors,
  type SafetensorsFile,
  type StoredTensor,
  type Table,
  type TableColumns,
  type TableRow,
  type TensorInfo,
  type WatchOptions,
  writeAtomic,
  writeCsv,
  writeSafetensors,
  type WriteSafetensorsOptions,
} from "./src/io/mod.ts";
export {
  type AgeGroup,
  type Gender,
  type PaintedFaces,
  paintFaces,
  type PaintOptions,
  type PlantedFault,
  type Shares,
} from "./src/paint/mod.ts";

// Frames and exploring
export {
  type ColumnValues,
  type DataFrame,
  levelColumn,
  loadPolars,
  loadPredictions,
  makeFrame,
  type Polars,
  predictionsFromFrame,
  predictionsToFrame,
  readParquet,
  savePredictions,
  type Series,
  toFrame,
  writeParquet,
} from "./src/frame/mod.ts";
export {
  type ChannelOptions,
  type ChannelStats,
  channelStats,
  type Chart,
  type ChartOptions,
  type ConflictOptions,
  type Confusion,
  contactSheet,
  type ContactSheetOptions,
  counts,
  crosses,
  type CrossOptions,
  drawChart,
  type DuplicateOptions,
  findConflicts,
  findDuplicates,
  imageSizes,
  type OrderOptions,
  personalColumns,
  personsPerStratum,
  type Picture,
  plotConfusion,
  plotCounts,
  type PlotCountsOptions,
  plotHistory,
  type Rows,
  savePicture,
  show,
  type TableOptions,
  tableText,
} from "./src/explore/mod.ts";

// Splits, scores, sampling
export {
  type GroupKFoldOptions,
  type GroupOptions,
  holdOut,
  type HoldOutOptions,
  type KFoldOptions,
  splitDataset,
  type SplitDatasetOptions,
  splitReport,
  type SplitReportOptions,
  type SplitRow,
  stratifiedGroupKFold,
  stratifiedKFold,
} from "./src/split/mod.ts";
export {
  accuracy,
  type ClassificationReport,
  classificationReport,
  type ClassificationReportOptions,
  confusionMatrix,
  type ConfusionOptions,
  formatReport,
  logLoss,
  type LogLossOptions,
  macroF1,
  type MeanScores,
  predictedClasses,
  score,
  type ScoreOptions,
} from "./src/metrics/mod.ts";
export { type Sampler, SAMPLERS, type SamplerSpec, type WeightedOptions } from "./src/sampling/mod.ts";

// Networks and what trains them
export {
  type Activation,
  type BackendInfo,
  type BackendName,
  type BackendOptions,
  type BatchNormVariables,
  describeBackend,
  disposeBackend,
  initBackend,
  type Need,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  type Variable,
  type Variable1D,
  type Variable4D,
} from "./src/tensor/mod.ts";
export {
  type Augment,
  AUGMENTS,
  type AugmentSpec,
  type ColorJitterOptions,
  type HorizontalFlipOptions,
  type Pixels,
  type RandomAffineOptions,
} from "./src/augment/mod.ts";
export {
  type AttributesHeadOptions,
  type ConvLayer,
  type ConvNormLayer,
  createModel,
  type CreateModelOptions,
  type EfficientNetOptions,
  type ForwardOptions,
  type Head,
  type HeadMaker,
  HEADS,
  type HeadSizes,
  type HeadSpec,
  type HiddenHeadOptions,
  type InputSpec,
  inputTensor,
  type Layers,
  type Layout as WeightLayout,
  loadWeights,
  type Model,
  type ModelMaker,
  MODELS,
  type ModelSpec,
  type Output,
  type PlainHeadOptions,
  saveWeights,
} from "./src/models/mod.ts";
export { type CrossEntropyOptions, type Loss, LOSSES, type LossSpec } from "./src/losses/mod.ts";
export {
  type AdamOptions,
  type CosineOptions,
  type ExponentialOptions,
  type Optimizer,
  type OptimizerMaker,
  OPTIMIZERS,
  type OptimizerSpec,
  type Schedule,
  SCHEDULES,
  type ScheduleSpec,
  type ScheduleState,
} from "./src/optim/mod.ts";

// Training and what comes of it
export {
  configJsonSchema,
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  listRuns,
  loadModel,
  memoryLine,
  openRun,
  openRuns,
  readPreset,
  resolveConfig,
  type Run,
  type RunEntry,
  type StepMemory,
  type StepState,
  summaryLine,
  train,
  type TrainConfig,
  type TrainConfigInput,
  type TrainingDisplay,
  trainingDisplay,
  type TrainOptions,
} from "./src/train/mod.ts";
export {
  alignPredictions,
  decide,
  ensemble,
  type EnsembleOptions,
  joinFolds,
  predict,
  type PredictOptions,
  type SubmissionOptions,
  type View,
  VIEWS,
  type ViewSpec,
  writeSubmission,
} from "./src/predict/mod.ts";
