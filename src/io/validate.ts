/**
 * Checks that every layout of a data set goes through, and how their faults are reported: all at once, strictly as one
 * error or leniently beside the samples that are sound.
 *
 * @module
 */
import { join } from "node:path";
import { list, show } from "../core/check.ts";
import type { Dataset, Fault, Sample, Schema } from "../core/mod.ts";
import { parseCsv, type TableRow } from "./csv.ts";
import { statIfThere } from "./files.ts";
import { decodePixels } from "./images.ts";
import { inFlight, type WatchOptions } from "./in_flight.ts";

/** How a data set is checked while it is loaded; `onProgress` counts the photographs looked at. */
export interface CheckOptions extends WatchOptions {
  /**
   * What happens to faults: "strict" (unless given) throws them all as one error; "lenient" leaves out the smallest unit
   * that is bad (a photograph, a row, a person) and returns the faults in the data set.
   */
  readonly mode?: "strict" | "lenient";
  /** Whether every image is decoded to see that it can be; no unless given. */
  readonly decode?: boolean;
}

/** A sample whose file is still to be looked at. */
export interface Candidate {
  /** The sample. */
  readonly sample: Sample;
  /** Where it is written down: a row of a table. */
  readonly source?: { readonly table: string; readonly row: number };
}

/** What a layout's loader has found before files are looked at. */
export interface Finding {
  /** The data set's folder. */
  readonly root: string;
  /** Attributes and classes. */
  readonly schema: Schema;
  /** Samples with nothing wrong so far. */
  readonly candidates: readonly Candidate[];
  /** What is wrong so far. */
  readonly faults: readonly Fault[];
}

/**
 * Looks at the files of a finding and makes it a data set.
 *
 * @param finding What a layout's loader has found.
 * @param options How it is checked.
 * @returns The data set; strictly without faults.
 * @throws {AggregateError} In strict mode if anything is wrong, in either mode if nothing is left; see
 * {@linkcode faultsOf}.
 */
export async function settle(
  { root, schema, candidates, faults }: Finding,
  { mode = "strict", decode = false, ...watch }: CheckOptions,
): Promise<Dataset> {
  if (mode !== "strict" && mode !== "lenient") {
    throw new RangeError(
      `Cannot load "${root}" as mode must be one of "strict", "lenient": current value is ${show(mode)}`,
    );
  }
  const fileFaults = new Array<Fault | undefined>(candidates.length);
  await inFlight(candidates.length, async (i) => {
    fileFaults[i] = await fileFault(root, candidates[i]!, decode);
  }, watch);
  const samples = candidates.filter((_, i) => !fileFaults[i]).map(({ sample }) => sample);
  const all = [...faults, ...fileFaults.filter((fault) => fault !== undefined)];
  if (samples.length === 0) {
    all.push({ kind: "empty-dataset", message: `The data set "${root}" holds no sound photograph.`, path: "." });
  }
  if (all.length > 0 && (mode === "strict" || samples.length === 0)) throw faultError(`load "${root}"`, all);
  return { schema, samples, root, faults: all };
}

async function fileFault(root: string, { sample, source }: Candidate, decode: boolean): Promise<Fault | undefined> {
  const { id, path } = sample;
  const subject = source
    ? `Row ${source.row} of ${source.table} names the file "${path}", which`
    : `The file "${path}"`;
  const fault = (kind: Fault["kind"], rule: string): Fault => ({
    kind,
    message: `${subject} ${rule}.`,
    path,
    id,
    ...source && { row: source.row },
  });
  const stat = await statIfThere(join(root, path));
  if (!stat?.isFile) return fault("missing-file", "is not there");
  if (stat.size === 0) return fault("empty-file", "is empty");
  if (!decode) return undefined;
  try {
    await decodePixels(await Deno.readFile(join(root, path)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return fault("undecodable", `cannot be decoded: ${error.message}`);
  }
}

/** How many faults a message spells out. */
const SPELT_OUT = 20;

/**
 * The error that reports faults: its message lists the first 20 and counts the rest, its `errors` hold one error each.
 *
 * @param attempt What could not be done, for the message.
 * @param faults At least one.
 */
export function faultError(attempt: string, faults: readonly Fault[]): AggregateError {
  const lines = faults.slice(0, SPELT_OUT).map(({ message }) => `- ${message}`);
  if (faults.length > SPELT_OUT) lines.push(`- and ${faults.length - SPELT_OUT} more`);
  const count = faults.length === 1 ? "1 fault was" : `${faults.length} faults were`;
  return new AggregateError(
    faults.map((fault) => new Error(fault.message, { cause: fault })),
    `Cannot ${attempt} as ${count} found:\n${lines.join("\n")}`,
    { cause: { faults } },
  );
}

/**
 * The faults that a loading or packing error reports.
 *
 * @example
 * ```ts
 * import { faultsOf, loadFolders } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const error = await loadFolders(await Deno.makeTempDir()).catch((error) => error);
 * assertEquals(faultsOf(error).map(({ kind }) => kind), ["empty-dataset"]);
 * ```
 *
 * @param error Anything that was caught.
 * @returns All its faults; none if it is another kind of error.
 */
export function faultsOf(error: unknown): readonly Fault[] {
  const cause = error instanceof AggregateError ? error.cause : undefined;
  return (cause as { faults?: readonly Fault[] } | undefined)?.faults ?? [];
}

/**
 * Reads the rows of a table that a layout needs.
 *
 * @param path The file.
 * @param table What it is called in messages.
 * @param required Columns that must be there.
 * @returns The columns and the rows that fit them (no rows if a required column is missing), and what is wrong.
 */
export async function readRows(
  path: string,
  table: string,
  required: readonly string[],
): Promise<{ columns: readonly string[]; rows: readonly TableRow[]; faults: readonly Fault[] }> {
  const none = (kind: Fault["kind"], message: string, columns: readonly string[] = []) => ({
    columns,
    rows: [],
    faults: [{ kind, message, path: table }],
  });
  if (!(await statIfThere(path))?.isFile) return none("missing-file", `The table "${table}" is not there.`);
  try {
    const { columns, rows, ragged } = parseCsv(await Deno.readFile(path));
    const missing = required.filter((name) => !columns.includes(name));
    if (missing.length > 0) {
      const rule = `must have the columns ${list(required)}: it lacks ${list(missing)} and has ${list(columns)}`;
      return none("missing-column", `The table "${table}" ${rule}.`, columns);
    }
    const faults = ragged.map(({ row, cells }): Fault => ({
      kind: "bad-table",
      message: `Row ${row} of ${table} has ${cells} cells where ${columns.length} are expected.`,
      path: table,
      row,
    }));
    return { columns, rows, faults };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return none("bad-table", `The table "${table}" cannot be read: ${error.message}.`);
  }
}
