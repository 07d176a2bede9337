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
