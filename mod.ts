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
  type Part,
  part,
  type Predictions,
  type Registry,
  type Rng,
  type Sample,
  type Schema,
  type Scores,
  seededRng,
  type SpecOf,
  UNKNOWN_LABEL,
} from "./src/core/mod.ts";

// Data sets, images, files
export {
  ensureDir,
  load,
  loadFaces,
  type LoadFacesOptions,
  loadFolders,
  type LoadFoldersOptions,
  type LoadOptions,
  loadTable,
  type LoadTableOptions,
  packImages,
  type PackOptions,
  type Progress,
  progress,
  type ProgressOptions,
  rasterize,
  type RasterOptions,
  readCsv,
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  writeAtomic,
  writeCsv,
  writeSafetensors,
} from "./src/io/mod.ts";
export { type PaintedFaces, paintFaces, type PaintOptions } from "./src/paint/mod.ts";

// Frames and exploring
export {
  type DataFrame,
  loadPolars,
  loadPredictions,
  predictionsFromFrame,
  predictionsToFrame,
  readParquet,
  savePredictions,
  toFrame,
  writeParquet,
} from "./src/frame/mod.ts";
export {
  channelStats,
  type Chart,
  contactSheet,
  type ContactSheetOptions,
  counts,
  crosses,
  drawChart,
  findConflicts,
  findDuplicates,
  imageSizes,
  personsPerStratum,
  type Picture,
  plotConfusion,
  plotCounts,
  plotHistory,
  savePicture,
  show,
  tableText,
} from "./src/explore/mod.ts";

// Splits, scores, sampling
export {
  type GroupKFoldOptions,
  holdOut,
  type HoldOutOptions,
  type KFoldOptions,
  splitDataset,
  type SplitDatasetOptions,
  splitReport,
  type SplitRow,
  stratifiedGroupKFold,
  stratifiedKFold,
} from "./src/split/mod.ts";
export {
  accuracy,
  type ClassificationReport,
  classificationReport,
  confusionMatrix,
  formatReport,
  logLoss,
  macroF1,
  predictedClasses,
  score,
} from "./src/metrics/mod.ts";
export { type Sampler, SAMPLERS } from "./src/sampling/mod.ts";

// Networks and what trains them
export { type BackendInfo, type BackendName, describeBackend, disposeBackend, initBackend } from "./src/tensor/mod.ts";
export { type Augment, AUGMENTS, type AugmentSpec } from "./src/augment/mod.ts";
export {
  createModel,
  type CreateModelOptions,
  HEADS,
  type HeadSpec,
  type InputSpec,
  inputTensor,
  loadWeights,
  type Model,
  MODELS,
  type ModelSpec,
  saveWeights,
} from "./src/models/mod.ts";
export { type Loss, LOSSES, type LossSpec } from "./src/losses/mod.ts";
export {
  type Optimizer,
  OPTIMIZERS,
  type OptimizerSpec,
  type Schedule,
  SCHEDULES,
  type ScheduleSpec,
} from "./src/optim/mod.ts";

// Training and what comes of it
export {
  crossValidate,
  type CrossValidateOptions,
  type CrossValidation,
  listRuns,
  loadModel,
  openRun,
  openRuns,
  readPreset,
  resolveConfig,
  type Run,
  type RunEntry,
  type StepState,
  summaryLine,
  train,
  TRAIN_CONFIG,
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
