/**
 * Seeing runs: a page that tells all of one run, and a board of all runs that follows them while they train.
 *
 * @module
 */
export { type BoardOptions, serveBoard } from "./board.ts";
export type { WatchRunsOptions } from "./watch_runs.ts";
export { mistakeSheets, type MistakeSheetsOptions } from "./mistake_sheets.ts";
export { readRunContents, type ReadRunOptions } from "./read_contents.ts";
export { RUN_ROWS, runReport, type RunReportOptions } from "./run_report.ts";
export type { HttpServer } from "../io/http_server.ts";
export type { RunFiles } from "../train/read_run.ts";
export type { DataRecord } from "../train/run.ts";
export type { RunContents } from "../train/run_contents.ts";
