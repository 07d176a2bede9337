/**
 * What a run's report says of what went in: its options, its data and split, and what it ran on.
 *
 * @module
 */
import { type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import type { ReportSection, ReportTable } from "../explore/mod.ts";
import type { TrainConfig } from "../train/config.ts";
import { differencesOf, flatten, valueText } from "../train/differences.ts";
import type { RunFiles } from "../train/read_run.ts";
import { resolveConfig } from "../train/resolve_config.ts";
import type { RunContents } from "../train/run_contents.ts";
import { nameOf } from "./judged.ts";

/**
 * The options, first those that differ from the defaults and from the preset that is the most like them.
 *
 * @param contents The run.
 * @param presets Configurations by name.
 */
export function configSection(
  { entry: { config } }: RunContents,
  presets: Readonly<Record<string, TrainConfig>>,
): ReportSection {
  const title = "Configuration";
  if (!config) return { title, text: "The run's options cannot be read." };
  const own = flatten(config), defaults = flatten(resolveConfig({}));
  const near = Object.entries(presets).map(([name, preset]) => {
    const flat = flatten(preset);
    return { name, flat, differs: differencesOf([own, flat]).length };
  }).toSorted((a, b) => a.differs - b.differs)[0];
  const differing = (title: string, column: string, other: typeof own): ReportTable[] => {
    const rows = differencesOf([own, other]).map(({ name, values: [here, there] }) => {
      return { option: name, "this run": valueText(here), [column]: valueText(there) };
    });
    return rows.length > 0 ? [{ title, rows }] : [];
  };
  const like = near
    ? `The preset most like it is "${near.name}": ${
      near.differs === 0 ? "no option differs" : `${near.differs} options differ`
    }.\n`
    : "";
  return {
    title,
    text: `${like}The run's own config.json serves as a preset, so that it can be trained again.`,
    tables: [
      ...near ? differing(`Options unlike the preset "${near.name}"`, "preset", near.flat) : [],
      ...differing("Options unlike the defaults", "default", defaults),
      { title: "Every option", rows: [...own].map(([name, value]) => ({ option: name, value: valueText(value) })) },
    ],
  };
}

/** Images that were left out, in the table. */
const FEW = 30;

/**
 * Images, persons and classes of each fold.
 *
 * @param contents The run.
 */
export function dataSection({ files }: RunContents): ReportSection {
  const known = files.filter(({ data }) => data), title = "Data and split";
  if (known.length === 0) return { title, text: "The run does not say yet what it is trained on." };
  const isSeveral = files.length > 1;
  const leftOut = [...new Set(known.flatMap(({ data }) => data!.leftOut))];
  const tables: ReportTable[] = [{
    title: isSeveral ? "Folds" : "Images",
    rows: known.map((file) => ({
      "": nameOf(file),
      "training images": file.data!.train,
      "validation images": file.data!.valid.length,
      "validation persons": file.persons ? new Set(file.persons.values()).size : null,
      digest: file.data!.digest.slice(0, 12),
    })),
  }];
  const counted = known.filter(({ valid }) => valid);
  if (counted.length > 0) tables.push({ title: "Validation images by class", rows: countClasses(counted) });
  if (leftOut.length > 0) {
    tables.push({
      title: leftOut.length > FEW ? `Left out, the first ${FEW} of ${leftOut.length}` : "Left out",
      rows: leftOut.slice(0, FEW).map((reason) => ({ reason })),
    });
  }
  return {
    title,
    text: [
      "The digest stands for ids, labels, persons, fold and pixels: runs with the same one were trained on the same.",
      isSeveral ? crossing(known) : "",
      `${leftOut.length === 0 ? "No image was" : `${leftOut.length} images were`} left out.`,
    ].join("\n"),
    tables,
  };
}

/** A row a class: its images in each fold's validation. */
function countClasses(files: readonly RunFiles[]): object[] {
  const classes = files[0]!.valid!.classes;
  const count = ({ labels }: Predictions, c: number) => labels.reduce((sum, label) => sum + Number(label === c), 0);
  const columns = files.map((file) => [nameOf(file), classes.map((_, c) => count(file.valid!, c))] as const);
  const unknown = files.reduce((sum, { valid }) => sum + count(valid!, UNKNOWN_LABEL), 0);
  const rows = classes.map((name, c) => ({
    class: name,
    ...Object.fromEntries(columns.map(([fold, counts]) => [fold, counts[c]!])),
    ...files.length > 1 && { all: columns.reduce((sum, [, counts]) => sum + counts[c]!, 0) },
  }));
  return unknown === 0 ? rows : [...rows, { class: `without a label: ${unknown}` }];
}

/** Whether a person is in the validation images of two folds, which would be a leak. */
function crossing(files: readonly RunFiles[]): string {
  if (files.some(({ persons }) => !persons)) return "The runs do not say who is on their images.";
  const folds = new Map<string, number>();
  for (const { persons } of files) {
    for (const person of new Set(persons!.values())) folds.set(person, (folds.get(person) ?? 0) + 1);
  }
  const twice = [...folds].filter(([, count]) => count > 1);
  if (twice.length === 0) return `None of the ${folds.size.toLocaleString("en")} persons is in two folds.`;
  const number = twice.length === 1 ? "1 person is" : `${twice.length.toLocaleString("en")} persons are`;
  return `${number} in two folds, ${twice[0]![0]} the first: a fold may know whom it is validated on.`;
}

/** The environment's parts that are told by themselves, or change from one process to the next. */
const APART = /^(backend\.skipped|memory)/;

/**
 * Versions, machine, backend and commit.
 *
 * @param contents The run.
 */
export function environmentSection({ files }: RunContents): ReportSection {
  const title = "Environment", known = files.filter(({ environment }) => environment);
  if (known.length === 0) return { title, text: "The run does not say what it ran on." };
  const flats = known.map(({ environment }) => flatten(environment));
  const names = [...new Set(flats.flatMap((flat) => [...flat.keys()]))].filter((name) => !APART.test(name));
  const rows = names.map((name) => ({
    "": name,
    value: [...new Set(flats.map((flat) => valueText(flat.get(name))))].join(" / "),
  }));
  const skipped = new Map(known.flatMap(({ environment }) => skippedOf(environment)));
  const { memory } = known[0]!.environment as { readonly memory?: Readonly<Record<string, unknown>> };
  const bytes = (key: string) =>
    typeof memory?.[key] === "number" ? `${Math.round(memory[key] / 2 ** 20)} MiB` : "unknown";
  return {
    title,
    text: [
      skipped.size > 0 ? "The backend is the first one that works here; others were passed over for a reason." : "",
      memory ? `A training step was to need ${bytes("needed")} of ${bytes("limit")}.` : "",
    ].join("\n"),
    tables: [
      { title: "What it ran on", rows },
      ...skipped.size > 0
        ? [{ title: "Backends passed over", rows: [...skipped].map(([backend, reason]) => ({ backend, reason })) }]
        : [],
    ],
  };
}

function skippedOf(environment: unknown): (readonly [name: string, reason: string])[] {
  const { backend } = environment as { readonly backend?: { readonly skipped?: unknown } };
  if (!Array.isArray(backend?.skipped)) return [];
  return backend.skipped.map(({ name, reason }) => [`${name}`, `${reason}`] as const);
}
