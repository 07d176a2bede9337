/**
 * The only door to files, images and the network: data sets, tables, images, weights' files, pictures and progress.
 *
 * @module
 */
export { type Layout, load, type LoadOptions } from "./load.ts";
export { loadFaces, type LoadFacesOptions } from "./faces.ts";
export { loadFolders, type LoadFoldersOptions } from "./folders.ts";
export { loadTable, type LoadTableOptions, type TableColumns } from "./table.ts";
export { type CheckOptions, faultsOf } from "./validate.ts";
export { type LabelCorrection, type LabelPatch, readLabelPatch, writeLabelPatch } from "./label_patches.ts";
export { applyLabelPatch, type ApplyPatchOptions, revertLabelPatch } from "./apply_patch.ts";

export { packImages, type PackOptions } from "./pack.ts";
export { decodeImage } from "./images.ts";
export type { ImageOptions } from "./geometry.ts";
export type { Interpolation, Pixels } from "./resample.ts";
export type { WatchOptions } from "./in_flight.ts";

export { readCsv, type Table, type TableRow, writeCsv } from "./csv.ts";
export { type PredictionsCsvOptions, readPredictionsCsv } from "./predictions_csv.ts";
export { appendLine, ensureDir, exists, readJson, sha256, statIfThere, withLock, writeAtomic } from "./files.ts";
export { readJsonLines } from "./json_lines.ts";
export { compareNatural, listFiles, listFolders } from "./listing.ts";
export { fileDigest } from "./file_digest.ts";
export { findFolders } from "./glob.ts";
export { removeIfThere } from "./remove.ts";

export { download, type Downloaded, type DownloadOptions } from "./download.ts";
export type { TransferOptions } from "./download_retry.ts";
export { type DownloadProgress, fetchHubFile, type HubFile, type HubOptions } from "./hub.ts";
export type { HubFileSpec } from "./hub_names.ts";
export type { EnvironmentVariables, HubPlace } from "./hub_settings.ts";

export { describeEnvironment, type Environment } from "./environment.ts";
export { type ImageHeader, readImageHeaders } from "./metadata.ts";
export { type Progress, progress, type ProgressOptions } from "./progress.ts";
export { type MessageCodec, messageCodec } from "./protobuf.ts";
export { rasterize, type RasterOptions } from "./raster.ts";
export {
  openSafetensors,
  readSafetensors,
  type Safetensors,
  type SafetensorsFile,
  type StoredTensor,
  type TensorInfo,
  writeSafetensors,
  type WriteSafetensorsOptions,
} from "./safetensors.ts";
