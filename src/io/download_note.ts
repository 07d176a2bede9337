/**
 * Notes beside downloads: where a file came from, and by what a server can tell whether it has another one now.
 * https://www.rfc-editor.org/rfc/rfc9110#name-validator-fields
 *
 * @module
 */
import { readJson, statIfThere } from "./files.ts";

/** What is kept beside a file. */
export interface Note {
  readonly url: string;
  readonly sha256: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** What asks a server for a part of the very same file: a strong ETag, else a date. */
export function validatorOf({ etag, lastModified }: Partial<Note>): string | undefined {
  return etag?.startsWith('"') ? etag : lastModified;
}

/** What asks a server for a file only if it has changed. */
export function conditions({ etag, lastModified }: Note): Record<string, string> {
  if (etag !== undefined) return { "If-None-Match": etag };
  return lastModified === undefined ? {} : { "If-Modified-Since": lastModified };
}

/** Reads a note, if there is one. */
export async function readNote<T>(path: string): Promise<T | undefined> {
  if (!await statIfThere(path)) return undefined;
  return await readJson(path).catch((error) => {
    if (error instanceof SyntaxError) return undefined; // a damaged note is no note
    throw error;
  }) as T | undefined;
}
