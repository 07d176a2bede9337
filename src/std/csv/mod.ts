/**
 * Reading and writing comma-separated values, under the names and signatures of jsr:@std/csv that maskfold uses.
 *
 * @module
 */
export { parse, type ParseOptions, type ParseResult, type RecordWithColumn } from "./parse.ts";
export { type Column, type ColumnDetails, type DataItem, stringify, type StringifyOptions } from "./stringify.ts";
