/**
 * One file's way through the steps: decoded, changed, written. The main thread and the workers do it alike.
 *
 * @module
 */
import type { Fault } from "../core/records.ts";
import { build } from "../core/parts.ts";
import type { Pixels } from "../core/resample.ts";
import { writeAtomic } from "../io/files.ts";
import { type ImageFileOptions, readImageFile, writeImageFile } from "../io/image_file.ts";
import type { Preprocess } from "./step.ts";
import { PREPROCESS, type PreprocessSpec } from "./steps.ts";

/** What holds for all files. */
export interface Recipe extends Pick<ImageFileOptions, "format" | "quality"> {
  /** The steps, in this order. */
  readonly steps: readonly PreprocessSpec[];
}

/** One file. */
export interface Job {
  /** The image. */
  readonly from: string;
  /** The file that is written. */
  readonly to: string;
  /** When the image was changed; the file that is written is given the same time. */
  readonly changed: Date | null;
}

/** What is wrong with a file's image; nothing where it was written. */
export type Outcome = Pick<Fault, "kind" | "message"> | undefined;

/** The file of what the steps noted of an image; there is none where they noted nothing. */
export function notesPath(to: string): string {
  return `${to}.json`;
}

/**
 * Makes what preprocesses files.
 *
 * @param recipe Steps and format.
 * @returns A function that writes one file and says what is wrong with its image; it throws what is the step's or the
 * disk's fault.
 */
export function processor({ steps, format, quality }: Recipe): (job: Job) => Promise<Outcome> {
  const changes = steps.map((spec) => build("preprocessing step", PREPROCESS, spec) as Preprocess);
  return async ({ from, to, changed }) => {
    let image: Pixels;
    try {
      image = await readImageFile(from);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { kind: "missing-file", message: "is not there" };
      if (!(error instanceof SyntaxError)) throw error;
      return { kind: "undecodable", message: `cannot be decoded: ${error.message}` };
    }
    const texts: string[] = [];
    for (const change of changes) image = await change(image, (text) => texts.push(text));
    if (texts.length > 0) await writeAtomic(notesPath(to), JSON.stringify(texts)); // first, so that it cannot be missing
    await writeImageFile(to, image, { format, quality, changed });
    return undefined;
  };
}
