/** Compares choices: `deno task ablate --data DIR --config small --vary loss=crossEntropy,focal --seeds 3`. @module */
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
  startBackend,
  trackFlags,
  whole,
} from "./setup.ts";

/** The task and its flags. */
export const ABLATE = {
  name: "ablate",
  summary:
    "Trains every combination of some options' values, or of data, with the same seeds on the same folds, and compares each " +
    "with the first.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    ...backendFlags,
    ...trackFlags,
    vary: z.array(z.string()).default([]).describe(
      "An option and its values, loss=crossEntropy,focal or model.dropPath=0,0.2; values may be JSON. Repeat it for more options.",
    ),
    dataAxis: z.string().optional().describe(
      "What to train on, in equal numbers of steps: real,NAME=DIR,oversampled, where NAME=DIR adds a folder's images to the " +
        "training parts.",
    ),
    seeds: whole().min(1).default(1).describe("Seeds that each combination is trained with."),
    fold: whole().min(0).optional().describe("Train and score this fold alone, from 0 (default: all)."),
    out: z.string().default("runs/ablate").describe("Its folder; the same command goes on where it was stopped."),
  }).refine(
    ({ vary, dataAxis }) => vary.length > 0 || dataAxis !== undefined,
    "one of --vary and --data-axis must be given",
  ),
  passThrough: overrideFlags,
};

if (import.meta.main) {
  await runTask(ABLATE, async ({ vary, dataAxis, seeds, fold, out, ...flags }, { signal, rest }) => {
    const options = mf.parseVary(vary);
    const axis = dataAxis === undefined ? undefined : mf.parseDataAxis(dataAxis);
    const tracking = readTrackers(flags);
    await startBackend(flags, "train");
    const config = await readConfig(flags, rest);
    const dataset = await loadData(flags);
    const data = axis && await mf.readDataArms(axis, (dir) => loadData({ ...flags, data: dir, patch: undefined }));
    const display = mf.trainingDisplay();
    const result = await mf.ablate(dataset, config, {
      ...tracking,
      ...display,
      vary: options,
      data,
      seeds,
      fold,
      dir: out,
      signal,
      onCombination(name, { seed, done, total }) {
        display.end();
        console.log(`${done + 1} of ${total}: ${name}, seed ${seed}`);
      },
    });
    display.end();
    const effects = result.rows.flatMap(({ combination, difference }) =>
      difference ? [{ name: combination, ...difference.macroF1 }] : []
    );
    if (effects.length > 0) {
      await mf.savePicture(mf.plotAblation(effects, { first: result.rows[0]!.combination }), `${out}/ablation`);
    }
    console.log(mf.ablationTable(result));
    console.log(mf.ablationLine(result));
  });
}
