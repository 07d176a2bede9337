/**
 * Stands in for node:path in a page, which has no files; what is imported there is never called.
 *
 * @module
 */

/** Never called. */
export function dirname(): never {
  throw new TypeError("Cannot tell a folder as a page has no files");
}
