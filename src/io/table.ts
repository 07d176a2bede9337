/**
 * The layout of a table with a row for each photograph.
 *
 * @module
 */
import { dirname, isAbsolute, relative } from "node:path";
import { list } from "../core/check.ts";
import {
  type Attribute,
  type AttributeValue,
  type Dataset,
  encodeLabel,
  type Fault,
  makeSchema,
  type Sample,
  type Schema,
  UNKNOWN_LABEL,
} from "../core/mod.ts";
import { attributeOf, readClass, readValue } from "./labels.ts";
import { type Candidate, type CheckOptions, readRows, settle } from "./validate.ts";

/** Which columns tell what. */
export interface TableColumns {
  /** The image file. */
  readonly path: string;
  /** The class, where one column tells it. */
  readonly label?: string;
  /** The attributes whose product is the class, where several columns do. */
  readonly attributes?: readonly string[];
  /** Whom it shows; without it each photograph is its own group. */
  readonly group?: string;
  /** A unique id; the path unless given. */
  readonly id?: string;
}

/** How a table is loaded. */
export interface LoadTableOptions extends CheckOptions {
  /** Which columns tell what. */
  readonly columns: TableColumns;
  /** The folder that relative paths begin at; the CSV file's unless given, "." for records. */
  readonly root?: string;
  /** What the values mean; unless given, the levels are the distinct values in natural order. */
  readonly schema?: Schema;
}

/** A row of the source: its number, and its cells. */
interface Row {
  readonly row: number;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/**
 * Loads a data set from a table. Without a label or attributes the samples are unlabelled. Columns that have no other use
 * become attributes, as text where they come from a file.
 *
 * @example
 * ```ts
 * import { loadTable } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${root}/labels.csv`, "path,digit,person\na.jpg,10,p1\nb.jpg,9,p2\n");
 * for (const name of ["a.jpg", "b.jpg"]) await Deno.writeTextFile(`${root}/${name}`, "pixels");
 * const { samples, schema } = await loadTable(`${root}/labels.csv`, {
 *   columns: { path: "path", label: "digit", group: "person" },
 * });
 * assertEquals(schema.classes, ["9", "10"]);
 * assertEquals(samples.map(({ label, group }) => [label, group]), [[1, "p1"], [0, "p2"]]);
 * ```
 *
 * @param source A CSV file, or records; their numbers are counted from 1 as rows.
 * @param options Columns, classes, and how it is checked.
 * @returns The data set, in the table's order.
 * @throws {AggregateError} With all faults, strictly if there are any, leniently if no photograph is left; see
 * {@linkcode faultsOf}.
 * @throws {TypeError} If both a label and attributes are named, or attributes that the schema needs are not.
 */
export async function loadTable(
  source: string | readonly Readonly<Record<string, AttributeValue>>[],
  { columns, root = typeof source === "string" ? dirname(source) : ".", schema, ...options }: LoadTableOptions,
): Promise<Dataset> {
  if (columns.label !== undefined && columns.attributes) {
    throw new TypeError(
      `Cannot load a table as either a label or attributes can be named: current ones are "${columns.label}" and ${
        list(columns.attributes)
      }`,
    );
  }
  const strangers = schema?.attributes.map(({ name }) => name).filter((name) => !columns.attributes?.includes(name));
  if (columns.attributes && strangers && strangers.length > 0) {
    throw new TypeError(
      `Cannot load a table as every attribute of the schema must be named: ${list(strangers)} are not among ${
        list(columns.attributes)
      }`,
    );
  }
  const table = typeof source === "string" ? relative(root, source) : "the records";
  const needed = [columns.path, columns.label, columns.attributes ?? [], columns.group, columns.id].flat();
  const required = needed.filter((name) => name !== undefined);
  const { rows, faults } = typeof source === "string"
    ? await readRows(source, table, required)
    : checkRecords(source, required);
  const found = schema ?? distinctSchema(rows, columns);
  const candidates: Candidate[] = [];
  const seen = new Map<string, number>();
  const all = [...faults];
  for (const { row, values } of rows) {
    const wrong: Fault[] = [];
    const add = (kind: Fault["kind"], rule: string) =>
      wrong.push({ kind, message: `Row ${row} of ${table} ${rule}.`, row, ...path !== "" && { path } });
    const path = `${values[columns.path]}`;
    const id = `${values[columns.id ?? columns.path]}`;
    const group = `${values[columns.group ?? columns.id ?? columns.path]}`;
    if (path === "") add("missing-file", `names no file in its column "${columns.path}"`);
    if (group === "") add("no-group", `names no group in its column "${columns.group}"`);
    const first = seen.get(id);
    if (first !== undefined) add("duplicate-id", `has the id "${id}", which row ${first} has already`);
    seen.set(id, first ?? row);
    try {
      const sample = {
        id,
        path: isAbsolute(path) ? relative(root, path) : path,
        group,
        ...labelRow(values, columns, found),
      };
      if (wrong.length === 0) candidates.push({ sample, source: { table, row } });
    } catch (error) {
      add("unknown-value", `has no class: ${(error as Error).message}`);
    }
    all.push(...wrong);
  }
  return await settle({ root, schema: found, candidates, faults: all }, options);
}

/** The schema of the distinct values; an unlabelled table has one class that no sample is of. */
function distinctSchema(rows: readonly Row[], { label, attributes }: TableColumns): Schema {
  const names = attributes ?? (label === undefined ? [] : [label]);
  const found = names.map((name): Attribute => {
    const values = rows.map(({ values }) => `${values[name]}`).filter((value) => value !== "");
    return attributeOf(name, values.length > 0 ? values : ["unknown"]);
  });
  return makeSchema(found.length > 0 ? found : [{ name: "class", levels: ["unknown"] }]);
}

function labelRow(
  values: Row["values"],
  { path, id, group, label, attributes }: TableColumns,
  schema: Schema,
): Pick<Sample, "label" | "attributes"> {
  const used = [path, id, group, label];
  const others = Object.fromEntries(Object.entries(values).filter(([name]) => !used.includes(name)));
  if (label !== undefined) {
    const labelled = readClass(schema, values[label]!);
    return { label: labelled.label, attributes: { ...others, ...labelled.attributes } };
  }
  if (!attributes) return { label: UNKNOWN_LABEL, attributes: others };
  const read = schema.attributes.map((attribute) => {
    const value = values[attribute.name];
    return [attribute.name, value === undefined ? undefined : readValue(attribute, value)] as const;
  });
  const known = Object.fromEntries(read.filter(([, value]) => value !== undefined)) as Record<string, AttributeValue>;
  return { label: encodeLabel(schema, known), attributes: { ...others, ...known } };
}

function checkRecords(
  records: readonly Row["values"][],
  required: readonly string[],
): { rows: readonly Row[]; faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const rows: Row[] = [];
  records.forEach((values, i) => {
    const missing = required.filter((name) => values[name] === undefined);
    if (missing.length === 0) rows.push({ row: i + 1, values });
    else {
      const message = `Row ${i + 1} of the records lacks ${list(missing)}: it has ${list(Object.keys(values))}.`;
      faults.push({ kind: "missing-column", message, row: i + 1 });
    }
  });
  return { rows, faults };
}
