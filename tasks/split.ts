/** Splits a data set by person and writes the folds: `deno task split --data DIR --folds 5 --out folds.json`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { dataFlags, loadData, splitTable, whole } from "./setup.ts";

await runTask({
  name: "split",
  summary: "Splits a data set into folds by person, and reports how even they are.",
  options: z.strictObject({
    ...dataFlags,
    folds: whole().min(2).default(5).describe("Number of folds."),
    seed: whole().default(42).describe("Seed of the deal."),
    out: z.string().optional().describe("JSON file for the folds: the ids of each fold's validation images."),
  }),
}, async ({ folds: count, seed, out, ...flags }) => {
  const dataset = await loadData(flags);
  const folds = mf.splitDataset(dataset, { folds: count, seed });
  console.log(splitTable(dataset, folds));
  if (out) {
    const valid = folds.map((fold) => Array.from(fold.valid, (index) => dataset.samples[index]!.id));
    await mf.writeAtomic(out, `${JSON.stringify({ seed, folds: valid }, null, 1)}\n`);
    console.log(`written to ${out}`);
  }
  console.log(`${count} folds, ${dataset.samples.length} images, no person on both sides`);
});
