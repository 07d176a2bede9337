/**
 * The version of maskfold that files tell they were made with.
 *
 * @module
 */

/** The version in `deno.json`; a test compares them. */
export const VERSION = "0.1.0";
