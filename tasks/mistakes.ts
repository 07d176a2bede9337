/** Looks at what a run predicts wrong: `deno task mistakes --run RUN --data DIR --out DIR`. @module */
import { join } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, dataFlags, loadData, startBackend, whole } from "./setup.ts";

await runTask({
  name: "mistakes",
  summary:
    "Prints and draws what a run, or a cross-validation out-of-fold, predicts wrong, and where it looks (Grad-CAM).",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    run: z.string().describe("A run's folder, or a cross-validation's with fold-0, fold-1, ... in it."),
    count: whole().min(1).default(24).describe("Mistakes on the sheets, the most confident first."),
    out: z.string().default("runs/mistakes").describe("Folder for mistakes.parquet and the pictures."),
  }),
}, async ({ run: root, count, out, ...flags }, { signal, progress }) => {
  const dataset = await loadData(flags);
  const runs = await mf.openRuns(root), predictions = mf.joinFolds(runs.map(({ valid }) => valid));
  const mistakes = await mf.findMistakes(predictions, dataset);
  await mf.ensureDir(out);
  await mf.writeParquet(mistakes, join(out, "mistakes.parquet"));
  const numeric = dataset.schema.attributes.filter(({ cuts }) => cuts);
  for (const { name, cuts } of numeric) {
    const rows = mf.mistakesByNumber(predictions, dataset, { attribute: name });
    const chart = mf.plotMistakesByNumber(rows, { attribute: name, cuts });
    await mf.savePicture(chart, join(out, `by_${name}`));
  }
  console.log(`\nBy attribute\n${mf.tableText(mf.mistakesByAttribute(predictions, dataset))}`);
  if (mistakes.height > 0) {
    console.log(`\nMost confident mistakes\n${mf.tableText(mistakes.head(count))}`);
    await startBackend(flags, "train"); // gradients are taken
    const bar = progress("Grad-CAM"), preprocessDir = join(out, "preprocessed");
    const pictures = await mf.mistakeSheets(runs, dataset, { count, signal, preprocessDir, onImage: bar.update });
    bar.end();
    for (const { name, picture } of pictures) await mf.savePicture(picture, join(out, name!));
    const names = [...pictures.map(({ name }) => name), ...numeric.map(({ name }) => `by_${name}`)];
    console.log(`\npictures: ${names.map((name) => `${out}/${name}.png`).join(", ")}`);
  }
  console.log(
    `\n${mistakes.height} of ${predictions.ids.length} images predicted wrong, ${runs.length} models: ${out}/mistakes.parquet`,
  );
});
