/**
 * Label corrections as a file beside the data: a CSV table with a row for each value that is wrong, saying what the data
 * says, what is right, and why. The data itself is never written, and a patch can be taken back.
 *
 * ```csv
 * scope,id,attribute,old,new,why
 * group,001498,gender,female,male,the folder shows a man
 * sample,000020_female_Asian_50/normal,mask,not wear,incorrect,the files' names are swapped
 * ```
 *
 * `scope` says what `id` is: a sample's (as in a row without scope, or a table without the column), or a group's, whose
 * samples then all are corrected. What is true of a person, such as gender and age, is best corrected for the group:
 * one row then stands for all photographs, and none is forgotten.
 *
 * @module
 */
import type { AttributeValue } from "../core/mod.ts";
import { writeCsv } from "./csv.ts";
import { faultError, readRows } from "./validate.ts";

/** One value that is wrong. */
export interface LabelCorrection {
  /** What `id` is: a sample's id (unless given), or a group whose samples are all corrected. */
  readonly scope?: "sample" | "group";
  /** The sample or the group. */
  readonly id: string;
  /** One of the schema's attributes. */
  readonly attribute: string;
  /** The value that the data says: a level's name, or a number where the attribute is cut from one. */
  readonly old: AttributeValue;
  /** The right value. */
  readonly new: AttributeValue;
  /** Why, for the reader. */
  readonly why: string;
  /** The line in the file, counted from 1 with the header as line 1. */
  readonly row?: number;
}

/** Corrections, and where they stand. */
export interface LabelPatch {
  /** The file, for messages. */
  readonly path?: string;
  /** Each corrects another value. */
  readonly corrections: readonly LabelCorrection[];
}

const COLUMNS = ["id", "attribute", "old", "new", "why"];

/**
 * Reads a patch. Values stay text until the patch is applied, which is when they are checked.
 *
 * @example
 * ```ts
 * import { readLabelPatch } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "id,attribute,old,new,why\na.jpg,animal,cat,dog,it barks\n");
 * const { corrections } = await readLabelPatch(path);
 * assertEquals(corrections, [
 *   { scope: "sample", id: "a.jpg", attribute: "animal", old: "cat", new: "dog", why: "it barks", row: 2 },
 * ]);
 * ```
 *
 * @param path A CSV file with the columns id, attribute, old, new and why, and perhaps scope; others are passed over.
 * @returns The patch.
 * @throws {AggregateError} With all faults of the table: it is not there, lacks a column or has rows that do not fit; see
 * `faultsOf`.
 */
export async function readLabelPatch(path: string): Promise<LabelPatch> {
  const { rows, faults } = await readRows(path, path, COLUMNS);
  if (faults.length > 0) throw faultError(`read the label patch "${path}"`, faults);
  const corrections = rows.map(({ row, values }) => {
    const { id, attribute, old, new: right, why } = values as Record<
      "id" | "attribute" | "old" | "new" | "why",
      string
    >;
    const scope = (values["scope"] || "sample") as "sample"; // what else it may say is checked when the patch is applied
    return { scope, id, attribute, old, new: right, why, row };
  });
  return { path, corrections };
}

/**
 * Writes a patch, whole or not at all.
 *
 * @param path The file; its folder must be there.
 * @param corrections The corrections, in the order of the rows.
 */
export async function writeLabelPatch(path: string, corrections: readonly LabelCorrection[]): Promise<void> {
  const rows = corrections.map(({ scope = "sample", id, attribute, old, new: right, why }) => (
    { scope, id, attribute, old, new: right, why }
  ));
  await writeCsv(path, ["scope", ...COLUMNS], rows);
}
