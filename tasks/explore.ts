/** Looks at a data set: `deno task explore --data DIR [--layout faces|folders|table] [--oof FILE] --out DIR`. @module */
import { join } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { dataFlags, loadData, whole } from "./setup.ts";

const { lenient: _, ...where } = dataFlags; // what is wrong with the data is this task's result

await runTask({
  name: "explore",
  summary:
    "Tells what a data set holds and what is wrong with it: tables here; report.html, pictures, each kind of fault as csv and " +
    "drafts of label patches in a folder.",
  options: z.strictObject({
    ...where,
    oof: z.string().optional().describe(
      "Out-of-fold predictions by which labels are judged: crossval's oof.parquet, or a csv file of probabilities.",
    ),
    out: z.string().default("runs/explore").describe("Folder for the report, its pictures and the faults."),
    size: whole().min(16).default(64).describe(
      "Side in pixels of the copies that colours, sharpness and duplicates are judged by.",
    ),
    sheet: whole().min(1).default(35).describe("Photographs on the contact sheet."),
    folds: whole().min(2).default(5).describe("Folds of the splits that are compared."),
    seed: whole().default(0).describe("Seed of the splits."),
  }),
}, async ({ oof: predictions, out, size, sheet, folds, seed, ...flags }, { signal, progress }) => {
  const dataset = await loadData({ ...flags, lenient: true });
  const { classes } = dataset.schema, labels = dataset.samples.map(({ label }) => label);
  const persons = new Set(dataset.samples.map(({ group }) => group)).size;
  const oof = predictions === undefined
    ? undefined
    : predictions.endsWith(".csv")
    ? await mf.readPredictionsCsv(predictions, { classes })
    : await mf.loadPredictions(predictions);

  const packing = progress("decoding");
  const images = await mf.packImages(dataset, {
    resize: size,
    crop: size,
    signal,
    onProgress: ({ done, total }) => packing.update(done, total),
  });
  packing.end();
  const splits = persons < folds || labels.includes(mf.UNKNOWN_LABEL) ? undefined : {
    "by image": mf.stratifiedKFold(labels, { folds, seed }),
    "by person": mf.splitDataset(dataset, { folds, seed }),
  };
  const reading = progress("looking");
  const report = await mf.dataReport(dataset, images, {
    splits,
    sheet,
    oof,
    signal,
    onProgress: ({ done, total }) => reading.update(done, total),
  });
  reading.end();
  images.close();

  for (const { tables = [] } of report.sections) {
    for (const { title, rows } of tables) console.log(`\n${title}\n${mf.tableText(rows)}`);
  }
  const page = join(out, "report.html");
  await mf.writeReport(report, page);
  const drafts = await mf.writeFindings(report.findings, out);
  const drawn = report.sections.flatMap(({ pictures = [] }) => pictures);
  const files = await Promise.all(
    drawn.map(({ name = "picture", picture }) => mf.savePicture(picture, join(out, name))),
  );
  console.log(`\npictures: ${files.map(([, png]) => png).join(", ")}`);
  console.log(`faults: ${report.findings.map(({ name }) => join(out, `${name}.csv`)).join(", ")}`);
  if (drafts.length > 0) console.log(`drafts of label patches, to be checked line by line: ${drafts.join(", ")}`);
  console.log(`report: ${page}`);
  console.log(`${labels.length} images, ${persons} persons: ${mf.describeFindings(report.findings)}`);
});
