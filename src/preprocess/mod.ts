/**
 * Preprocessing: named steps that change every image once, before packing, and whose results are kept as files. They are
 * built by name from {@linkcode PREPROCESS}.
 *
 * @module
 */
export {
  type PreprocessedDataset,
  preprocessImages,
  type PreprocessNote,
  type PreprocessOptions,
} from "./preprocess.ts";
export type { Preprocess } from "./step.ts";
export { PREPROCESS, type PreprocessSpec } from "./steps.ts";

export type { ClaheOptions } from "./clahe.ts";
export type { CropFaceOptions } from "./crop_face.ts";
export type { EraseBackgroundOptions } from "./erase_background.ts";
export type { GreyWorldOptions } from "./grey_world.ts";
export type { SharpenEdgesOptions } from "./sharpen_edges.ts";
