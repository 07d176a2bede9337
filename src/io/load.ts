/**
 * The layouts by name, for commands.
 *
 * @module
 */
import { join } from "node:path";
import { list, show } from "../core/check.ts";
import type { Dataset, Fault, Schema } from "../core/mod.ts";
import { applyLabelPatch } from "./apply_patch.ts";
import { loadFaces, type LoadFacesOptions } from "./faces.ts";
import { loadFolders, type LoadFoldersOptions } from "./folders.ts";
import { readLabelPatch } from "./label_patches.ts";
import { loadTable } from "./table.ts";
import { type CheckOptions, faultError, readRows } from "./validate.ts";

/** The layouts that data sets come in. */
export type Layout = "faces" | "folders" | "table";

/** Options of any layout; one that the layout does not take is refused. */
export interface LoadOptions extends CheckOptions {
  /** What the values mean. */
  readonly schema?: Schema;
  /** Corrections of labels: a CSV file that `readLabelPatch` reads; those that are at fault are faults of the data. */
  readonly patch?: string;
  /** Faces: which part. */
  readonly part?: LoadFacesOptions["part"];
  /** Faces: the eval part's answers. */
  readonly answers?: string;
  /**
   * Folders: whom a path shows; text is taken as an expression. Table: the column that tells, "group" unless given; empty
   * text says that each photograph is its own group.
   */
  readonly group?: string | LoadFoldersOptions["group"];
  /** Table: the CSV file within the folder, "labels.csv" unless given. */
  readonly table?: string;
  /** Table: the column of the image files, "path" unless given. */
  readonly path?: string;
  /** Table: the column of the classes, "label" if there is one. */
  readonly label?: string;
  /** Table: the columns whose product is the class. */
  readonly attributes?: readonly string[];
  /** Table: the column of unique ids; paths unless given. */
  readonly id?: string;
}

/** What each layout takes besides {@linkcode CheckOptions} and a patch. */
const TAKES: Readonly<Record<Layout, readonly (keyof LoadOptions)[]>> = {
  faces: ["schema", "part", "answers"],
  folders: ["schema", "group"],
  table: ["schema", "group", "table", "path", "label", "attributes", "id"],
};

const COMMON: readonly string[] = ["mode", "decode", "signal", "onProgress", "patch"] satisfies (keyof LoadOptions)[];

/**
 * Loads a data set of a layout that is known by name.
 *
 * @example
 * ```ts
 * import { load } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dir}/labels.csv`, "path,label,person\na.jpg,cat,p1\n");
 * await Deno.writeTextFile(`${dir}/a.jpg`, "pixels");
 * const { samples } = await load("table", dir, { group: "person" });
 * assertEquals(samples[0]!.group, "p1");
 * ```
 *
 * @param layout Which layout: that of {@linkcode loadFaces}, {@linkcode loadFolders} or {@linkcode loadTable}.
 * @param dir The data set's folder.
 * @param options The layout's own options, and how it is checked.
 * @returns The data set.
 * @throws {RangeError} If there is no such layout.
 * @throws {TypeError} If the layout does not take an option.
 * @throws {AggregateError} If anything is wrong with the data or the patch, or a table's group column is neither named nor
 * there.
 */
export async function load(layout: Layout, dir: string, options: LoadOptions = {}): Promise<Dataset> {
  if (!Object.hasOwn(TAKES, layout)) {
    throw new RangeError(
      `Cannot load "${dir}" as the layout must be one of ${list(Object.keys(TAKES))}: current value is ${show(layout)}`,
    );
  }
  const given = Object.entries(options).flatMap(([name, value]) => value === undefined ? [] : [name]);
  const takes: readonly string[] = TAKES[layout];
  const strange = given.filter((name) => !takes.includes(name) && !COMMON.includes(name));
  if (strange.length > 0) {
    throw new TypeError(`Cannot load layout "${layout}" with ${list(strange)}: it takes ${list(takes)}`);
  }
  const patch = options.patch === undefined ? undefined : await readLabelPatch(options.patch);
  const dataset = await loadLayout(layout, dir, options);
  return patch ? applyLabelPatch(dataset, patch, options) : dataset;
}

async function loadLayout(layout: Layout, dir: string, options: LoadOptions): Promise<Dataset> {
  const { mode, decode, signal, onProgress, schema, group, part, answers } = options;
  const common = { mode, decode, signal, onProgress, schema };
  if (layout === "faces") return await loadFaces(dir, { ...common, part, answers });
  if (layout === "table") return await loadLabels(dir, options, common);
  return await loadFolders(dir, { ...common, group: typeof group === "string" ? new RegExp(group) : group });
}

async function loadLabels(
  dir: string,
  { table = "labels.csv", path = "path", label, group, attributes, id }: LoadOptions,
  common: CheckOptions & { schema?: Schema },
): Promise<Dataset> {
  if (group !== undefined && typeof group !== "string") {
    throw new TypeError(`Cannot load layout "table" as group must name a column: current value is ${show(group)}`);
  }
  const { columns, faults } = await readRows(join(dir, table), table, []);
  if (columns.length === 0) throw faultError(`load "${dir}"`, faults);
  if (group === undefined && !columns.includes("group")) {
    const fault: Fault = {
      kind: "missing-column",
      message:
        `The table "${table}" must have a column that says whom each photograph shows: it has no column "group". ` +
        `Name one of ${list(columns)} as the group, or say by an empty name that each photograph stands for itself.`,
      path: table,
    };
    throw faultError(`load "${dir}"`, [fault]);
  }
  return await loadTable(join(dir, table), {
    ...common,
    root: dir,
    columns: {
      path,
      label: label ?? (attributes || !columns.includes("label") ? undefined : "label"),
      attributes,
      group: group === "" ? undefined : group ?? "group",
      id,
    },
  });
}
