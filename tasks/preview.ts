/** Shows what a network will see: `deno task preview --data DIR --config NAME --out preview.png --pairs`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { configFlags, dataFlags, loadData, overrideFlags, packFold, readConfig, whole } from "./setup.ts";

await runTask({
  name: "preview",
  summary: "Draws the first images of an epoch as training is going to show them to the network, with their targets.",
  options: z.strictObject({
    ...dataFlags,
    ...configFlags,
    fold: whole().min(0).default(0).describe("Which fold is not trained on, from 0."),
    count: whole().min(1).default(32).describe("Images, at most."),
    epoch: whole().min(1).default(1).describe("The epoch, from 1."),
    pairs: z.boolean().default(false).describe("Put each image as it was beside what became of it."),
    out: z.string().default("runs/preview/preview.png").describe(
      "The picture, as PNG and SVG. Images are packed into cache beside it, as crossval does in its folder.",
    ),
  }),
  passThrough: overrideFlags,
}, async ({ fold, count, epoch, pairs, out, ...flags }, { signal, rest }) => {
  const config = await readConfig(flags, rest);
  const dataset = await loadData(flags);
  const data = await packFold(dataset, config, { fold, out, signal });
  const preview = await mf.preview(dataset, config, { ...data, count, epoch, signal });
  data.images.close();
  const [, png] = await mf.savePicture(mf.previewSheet(preview, { pairs }), out);
  console.log(`${preview.ids.length} images of epoch ${epoch} without fold ${fold}: ${png}`);
});
