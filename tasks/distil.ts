/** Trains a light student from an ensemble: `deno task distil --runs 'runs/kfold,runs/other' --data DIR --config distil`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import {
  backendFlags,
  configFlags,
  dataFlags,
  loadData,
  overrideFlags,
  readConfig,
  readTrackers,
  reportText,
  startBackend,
  table,
  trackFlags,
  whole,
} from "./setup.ts";

const COUNT = 64; // images that times are taken of

await runTask({
  name: "distil",
  summary:
    "Cross-validates a light student that learns from an ensemble's probabilities beside the labels, and compares both.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    ...backendFlags,
    ...trackFlags,
    config: z.string().default("distil").describe("The student: a preset or the path of a .json file."),
    runs: z.string().optional().describe(
      "Teachers: cross-validations with the student's data, folds and seed, by folders or patterns with commas. A fold's " +
        "student learns from models alone that left the fold's validation images out.",
    ),
    teacher: z.string().optional().describe(
      "In place of --runs: a .parquet file of the training images' predictions, out-of-fold ones such as an ensemble's.",
    ),
    alpha: z.coerce.number().min(0).max(1).optional().describe(
      "Share of the teacher in the loss; the label has the rest (default: the config's).",
    ),
    temperature: z.coerce.number().positive().optional().describe(
      "What the logits of both are divided by before their softmax (default: the config's).",
    ),
    fold: whole().min(0).optional().describe("Train this fold alone, from 0; those that are there are compared."),
    out: z.string().default("runs/distil").describe("Folder of the student's runs; the same command goes on."),
  }).refine(({ runs, teacher }) => (runs === undefined) !== (teacher === undefined), "give either --runs or --teacher"),
  passThrough: overrideFlags,
}, async ({ runs, teacher: path, alpha, temperature, fold, out, ...flags }, { signal, rest }) => {
  await startBackend(flags, "train");
  const base = await readConfig(flags, rest);
  const config = mf.resolveConfig(base, {
    softTargets: { ...base.softTargets, ...(alpha !== undefined && { alpha }), ...(temperature && { temperature }) },
  });
  const dataset = await loadData(flags);
  const teacher = path === undefined ? await openTeachers(runs!) : await mf.loadPredictions(path);
  const display = mf.trainingDisplay();
  const found = await mf.distil(dataset, config, {
    dir: out,
    teacher,
    fold,
    signal,
    ...readTrackers(flags),
    ...display,
  });
  display.end();

  const { predictions, student, members } = found, { classes } = dataset.schema;
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const options = {
    labels: predictions.labels,
    groups: predictions.ids.map((id) => samples.get(id)!.group),
    classes: classes.length,
    seed: 1,
  };
  const decided = [found.teacher, predictions].map((side) => [mf.predictedClasses(side)] as const);
  const scores = decided.map((side) => mf.bootstrapScore(side, options).macroF1);
  const { macroF1: kept } = mf.pairedBootstrap(decided[0]!, decided[1]!, options);
  const some = { ...dataset, samples: predictions.ids.slice(0, COUNT).map((id) => samples.get(id)!) };
  const cost = async (of: readonly mf.Run[] | undefined) =>
    of && await mf.measureModels(of, some, { cacheDir: `${out}/cache`, signal });
  const costs = [await cost(members[0]), await cost(student.runs.slice(0, 1))];
  console.log(reportText(predictions));
  console.log(table(["teacher", "student"].map((name, i) => ({
    name: i === 0 && members[0] ? `${name}, ${members[0].length} a fold` : name,
    parameters: costs[i]?.parameters.toLocaleString("en") ?? "not known",
    MB: costs[i] ? (costs[i].bytes / 1e6).toFixed(2) : "not known",
    "ms an image": costs[i]?.milliseconds.toFixed(2) ?? "not known",
    "macro F1": intervalText(scores[i]!.score, scores[i]!),
    "less the teacher": i === 0 ? "" : intervalText(kept.difference, kept),
  }))));
  console.log(
    `the student keeps ${(100 * scores[1]!.score / scores[0]!.score).toFixed(1)} % of the teacher's macro F1, ` +
      `${predictions.ids.length} images of ${student.runs.length} folds: ${out}`,
  );
});

/** A figure and the ends of its 95 % interval. */
function intervalText(value: number, { low, high }: { readonly low: number; readonly high: number }): string {
  return `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

/** The finished runs in all folders that patterns name. */
async function openTeachers(patterns: string): Promise<readonly mf.Run[]> {
  const folders = (await Promise.all(patterns.split(",").map(mf.findFolders))).flat();
  if (folders.length === 0) {
    throw new TypeError(`Cannot distil as --runs names no folder: current value is "${patterns}"`);
  }
  return (await Promise.all(folders.map(mf.openRuns))).flat();
}
