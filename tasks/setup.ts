/**
 * Flags that several tasks share, and what they mean: data, backend, configuration.
 *
 * @module
 */
import { dirname, join } from "node:path";
import * as mf from "maskfold";
import { type Option, optionsOf } from "./choices.ts";
import { fastUnsafeFlag } from "./fast_unsafe.ts";
import { z } from "./flags.ts";

/** A whole number on the command line. */
export const whole = () => z.coerce.number().int();

/** Where the data is and how it is laid out. */
export const dataFlags = {
  data: z.string().describe("Folder of the data set."),
  layout: z.enum(["faces", "folders", "table"]).default("faces").describe("How it is laid out."),
  table: z.string().optional().describe("Table layout: the csv file (default labels.csv in the folder)."),
  label: z.string().optional().describe("Table layout: column of the label (default label)."),
  group: z.string().optional()
    .describe(
      "Table layout: column of the person (default group). Folder layout: a pattern whose first group is the person.",
    ),
  patch: z.string().optional().describe("Corrections of labels: a csv file of id, attribute, old, new and why."),
  lenient: z.boolean().default(false).describe("Skip what is wrong with the data, and say so, rather than stop."),
};

/** On what it runs. */
export const backendFlags = {
  backend: z.enum(["tensorflow", "webgpu", "wasm", "cpu"]).optional().describe(
    "Backend (default: the first that works).",
  ),
  threads: whole().min(1).optional().describe("Threads of the wasm backend (default: the machine's cores)."),
  ...fastUnsafeFlag,
};

/** Where a training is looked at while it goes on. */
export const trackFlags = {
  track: z.string().optional().meta({
    description: "Trackers beside events.jsonl, with commas; or JSON with their options.",
    oneOf: trackerSchemas(), // so that help tells the choices
  }),
};

/** The JSON Schema of each tracker's name and options. */
function trackerSchemas(): unknown[] {
  return Object.entries(mf.TRACKERS).map(([name, { options }]) => {
    const schema = options as unknown as z.ZodObject, { description } = schema;
    return { ...z.toJSONSchema(schema.extend({ name: z.literal(name) }), { io: "input" }), description };
  });
}

/** The trackers that `--track` names, for the options of what trains. */
export function readTrackers({ track }: { readonly track?: string }): Pick<mf.TrackRunOptions, "trackers"> {
  return track === undefined ? {} : { trackers: mf.parseTrackers(track) };
}

/** Which configuration. */
export const configFlags = {
  config: z.string().default("small").describe(
    "A preset (baseline, kfold, small, demo, distil) or the path of a .json file.",
  ),
  size: whole().min(8).optional().describe("Side of the network's input in pixels: sets resize and crop."),
  batch: whole().min(2).optional().describe("Images in a training step: sets batchSize."),
  weights: z.string().optional().describe(
    "Weights to start from: a safetensors file, its URL, or a hub name such as timm/efficientnet_b3.ra2_in1k.",
  ),
};

const schema = mf.configJsonSchema();

/** The training configuration's own options, as flags that override the preset: scalars, part names, or JSON. */
export const overrideFlags: readonly Option[] = optionsOf(schema);

/** Those that are lists: `--views identity,flip`. */
const LISTS = new Set(
  Object.entries(schema.properties as Record<string, { readonly type?: string }>)
    .flatMap(([name, { type }]) => type === "array" ? [name] : []),
);

/** The configuration: preset < `--size`, `--batch` < the other flags. */
export async function readConfig(
  { config, size, batch, weights }: { config: string; size?: number; batch?: number; weights?: string },
  overrides: Readonly<Record<string, string | boolean>>,
): Promise<mf.TrainConfig> {
  const given = { ...(size && { resize: size, crop: size }), ...(batch && { batchSize: batch }) };
  const start = weights === undefined ? {} : { model: { weights } };
  return mf.resolveConfig(await mf.readPreset(config), given, parseValues(overrides), start);
}

/** Options that flags override, as values: numbers, lists and records are JSON, commas part a list, the rest is text. */
export function parseValues(overrides: Readonly<Record<string, string | boolean>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(overrides).map(([name, text]) => {
      const parts = LISTS.has(name) && typeof text === "string" && text !== "" ? mf.splitValues(text) : [];
      return [name, parts.length > 1 ? parts.map(parseValue) : parseValue(text)];
    }),
  );
}

function parseValue(text: string | boolean): unknown {
  if (typeof text !== "string" || !/^[[{\d.-]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Loads the data set that the flags name, and prints what was skipped. */
export async function loadData(flags: z.output<z.ZodObject<typeof dataFlags>>): Promise<mf.Dataset> {
  const { data, layout, table, label, group, patch, lenient } = flags;
  const mode = lenient ? "lenient" : "strict";
  const dataset = await mf.load(layout, data, { mode, table, label, group, patch });
  if (dataset.faults.length > 0) {
    console.log(`${dataset.faults.length} faults in the data were skipped:`);
    for (const { message } of dataset.faults.slice(0, 20)) console.log(`  ${message}`);
  }
  const persons = new Set(dataset.samples.map((sample) => sample.group)).size;
  console.log(
    `${dataset.samples.length} images of ${persons} persons, ${dataset.schema.classes.length} classes: ${data}`,
  );
  return dataset;
}

/** Starts the backend and prints what was chosen and why. */
export async function startBackend(
  flags: z.output<z.ZodObject<typeof backendFlags>>,
  need: "train" | "predict",
): Promise<void> {
  console.log(mf.describeBackend(await mf.initBackend({ need, prefer: flags.backend, threads: flags.threads })));
}

/** A fold, and the images of all, packed into `cache` beside what is going to be written, where crossval looks too. */
export async function packFold(
  dataset: mf.Dataset,
  config: mf.TrainConfig,
  { fold: k, out, signal }: { readonly fold: number; readonly out: string; readonly signal: AbortSignal },
): Promise<{ readonly fold: mf.Fold; readonly images: mf.ImageSet }> {
  const folds = mf.splitDataset(dataset, config), fold = folds[k];
  if (!fold) throw new RangeError(`Cannot take fold ${k} as the folds are 0 to ${folds.length - 1}`);
  const display = mf.trainingDisplay();
  const images = await mf.packDataset(dataset, config, { ...display, cacheDir: join(dirname(out), "cache"), signal });
  display.end();
  return { fold, images };
}

/** Rows as an aligned text table; numbers stand to the right. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((name) => Math.max(name.length, ...rows.map((row) => `${row[name]}`.length)));
  const line = (values: (string | number)[]) =>
    values.map((value, i) => typeof value === "number" ? `${value}`.padStart(widths[i]!) : value.padEnd(widths[i]!))
      .join("  ").trimEnd();
  const head = columns.map((name, i) => typeof rows[0]?.[name] === "number" ? name.padStart(widths[i]!) : name);
  return [line(head), ...rows.map((row) => line(columns.map((name) => row[name]!)))].join("\n");
}

/** The split as a table. */
export function splitTable(dataset: mf.Dataset, folds: readonly mf.Fold[]): string {
  const { samples } = dataset;
  const report = mf.splitReport(folds, samples.map(({ label }) => label), samples.map(({ group }) => group));
  return table(report.map((row) => ({
    fold: row.fold,
    "train images": row.train,
    "valid images": row.valid,
    "train persons": row.trainGroups,
    "valid persons": row.validGroups,
    "largest share error": row.maxShareError.toFixed(4),
    "leaked persons": row.leakedGroups.length,
  })));
}

/** The classification report of labelled predictions. */
export function reportText(predictions: mf.Predictions): string {
  const { classes, labels } = predictions;
  return mf.formatReport(mf.classificationReport(mf.predictedClasses(predictions), labels, { classes }));
}
