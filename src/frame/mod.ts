/**
 * The only door to Polars (https://pola.rs): records to frames and back, and Parquet files.
 *
 * @module
 */
export { type DataFrame, isFrame, loadPolars, type Polars, type Series } from "./polars.ts";
export { type CsvTypes, readCsvFrame, writeCsvFrame } from "./csv.ts";
export { readParquet, writeParquet } from "./parquet.ts";
export { loadPredictions, predictionsFromFrame, predictionsToFrame, savePredictions } from "./predictions.ts";
export { type ColumnValues, makeFrame } from "./columns.ts";
export { levelColumn, toFrame } from "./dataset.ts";
export {
  type DetailedPredictions,
  detailsFromFrame,
  detailsToFrame,
  loadDetailedPredictions,
  saveDetailedPredictions,
  type ViewPredictions,
} from "./prediction_details.ts";
export { appendPredictions, loadPredictionParts } from "./prediction_parts.ts";
