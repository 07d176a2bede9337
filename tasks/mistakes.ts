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
    const worst = mistakes.head(count);
    console.log(`\nMost confident mistakes\n${mf.tableText(worst)}`);
    await drawWorst(worst.toRecords() as unknown as Mistake[]);
  }
  console.log(
    `\n${mistakes.height} of ${predictions.ids.length} images predicted wrong, ${runs.length} models: ${out}/mistakes.parquet`,
  );

  /** The images as photographs, and as the network saw them beside Grad-CAM for the predicted and the true class. */
  async function drawWorst(worst: readonly Mistake[]): Promise<void> {
    const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
    const shown = worst.map(({ id }) => samples.get(id)!);
    const caption = (k: number) => `${worst[k]!.true} as ${worst[k]!.predicted} ${worst[k]!.confidence.toFixed(2)}`;
    await mf.savePicture(
      mf.contactSheet(dataset, shown, { columns: 6, label: (_, k) => caption(k) }),
      join(out, "worst"),
    );
    await startBackend(flags, "train"); // gradients are taken
    const display = mf.trainingDisplay();
    const { size, pixels } = await packed(shown, display);
    display.end();
    const bar = progress("Grad-CAM"), stride = size[0] * size[1] * 3, tiles = new Uint8Array(pixels.length * 3);
    const { classes } = dataset.schema;
    let done = 0;
    for (const run of runs) {
      const seen = new Set(run.valid.ids), own = [...shown.keys()].filter((k) => seen.has(shown[k]!.id));
      if (own.length === 0) continue;
      const model = await mf.loadModel(run);
      try {
        for (const k of own) {
          signal.throwIfAborted();
          const image = pixels.subarray(k * stride, (k + 1) * stride);
          tiles.set(image, 3 * k * stride);
          for (const [place, name] of [worst[k]!.predicted, worst[k]!.true].entries()) {
            const heat = await mf.gradCam(model, image, { classIndex: classes.indexOf(name) });
            tiles.set(mf.overlayHeat(image, heat, { size }), (3 * k + 1 + place) * stride);
          }
          bar.update(++done, shown.length);
        }
      } finally {
        model.dispose();
      }
    }
    bar.end();
    const captions = worst.flatMap((row) => [
      `${row.id}\n${row.wrong} wrong`,
      `${row.predicted}\npredicted ${row.confidence.toFixed(2)}`,
      `${row.true}\ntrue ${(row.confidence - row.margin).toFixed(2)}`,
    ]);
    await mf.savePicture(mf.pixelSheet(tiles, { size, captions, columns: 6 }), join(out, "grad_cam"));
    console.log(
      `\npictures: ${out}/worst.png, ${out}/grad_cam.png${
        numeric.map(({ name }) => `, ${out}/by_${name}.png`).join("")
      }`,
    );
  }

  /** The images as the runs' networks saw them. */
  async function packed(shown: readonly mf.Sample[], display: mf.TrainingDisplay) {
    const images = await mf.packDataset({ ...dataset, samples: shown }, runs[0]!.config, {
      ...display,
      preprocessDir: `${out}/preprocessed`,
      signal,
    });
    const pixels = new Uint8Array(shown.length * images.size[0] * images.size[1] * 3);
    images.fillBatch(shown.map((_, i) => i), pixels);
    images.close();
    return { size: images.size, pixels };
  }
});

/** What is read of a row of mistakes. */
interface Mistake {
  readonly id: string;
  readonly true: string;
  readonly predicted: string;
  readonly confidence: number;
  readonly margin: number;
  readonly wrong: string;
}
