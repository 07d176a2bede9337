/** The whole main job on its own data: `deno task demo` paints, explores, cross-validates, ensembles and submits. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import {
  backendFlags,
  loadData,
  overrideFlags,
  readConfig,
  reportText,
  splitTable,
  startBackend,
  whole,
} from "./setup.ts";

await runTask({
  name: "demo",
  summary:
    "Paints faces, explores them, cross-validates by person with TTA, ensembles the folds and writes a submission.",
  options: z.strictObject({
    ...backendFlags,
    people: whole().min(30).default(300).describe("Persons painted to train on; seven photographs each."),
    seed: whole().default(42).describe("Seed of the painting and of everything after."),
    out: z.string().default("demo").describe("Folder for all of it; the same command goes on where it was stopped."),
    fresh: z.boolean().default(false).describe("Start over: remove the folder of an earlier demo first."),
  }),
  passThrough: overrideFlags,
}, async ({ people, seed, out, fresh, ...flags }, { signal, progress, rest }) => {
  const started = performance.now();
  if (fresh) await Deno.remove(out, { recursive: true }).catch(() => {});
  await startBackend(flags, "train");
  const config = await readConfig({ config: "demo" }, { seed: `${seed}`, ...rest });
  const data = `${out}/data`;
  const bar = progress("painting faces");
  await mf.paintFaces(data, {
    people,
    evalPeople: Math.ceil(people / 10),
    seed,
    size: [128, 96],
    variety: 0.2,
    signal,
    onProgress: ({ done, total }) => bar.update(done, total),
  });
  bar.end();
  const dataset = await loadData({ data, layout: "faces", lenient: false });
  const test = await mf.loadFaces(data, { part: "eval", answers: `${data}/eval/.answers.csv` });

  const frame = await mf.toFrame(dataset);
  await mf.savePicture(await mf.plotCounts(frame, { x: "class" }), `${out}/classes`);
  await mf.savePicture(await mf.contactSheet(dataset, dataset.samples.slice(0, 35)), `${out}/faces`);
  console.log(splitTable(dataset, mf.splitDataset(dataset, config)));

  const display = mf.trainingDisplay();
  const result = await mf.crossValidate(dataset, config, { dir: `${out}/runs`, test, signal, ...display });
  display.end();
  const histories = Object.fromEntries(result.runs.map((run, k) => [`fold ${k}`, run.history]));
  await mf.savePicture(await mf.plotHistory(histories), `${out}/history`);
  await mf.savePicture(
    await mf.plotConfusion({ ...result.scores!, classes: dataset.schema.classes }),
    `${out}/confusion`,
  );
  console.log(reportText(result.oof!));
  const { macroF1, accuracy } = mf.score(result.test!);
  console.log(`test images, mean of the folds: macro F1 ${macroF1.toFixed(4)}, accuracy ${accuracy.toFixed(4)}`);
  console.log(`pictures: ${out}; runs: ${out}/runs/fold-*; submission: ${out}/runs/submission.csv`);
  console.log(`${((performance.now() - started) / 1000).toFixed(0)} s in all`);
  console.log(mf.summaryLine(result));
});
