/** Makes images with a trained generator: `deno task synthesize --run RUN --class 5 --count 500 --out DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, startBackend, table, whole } from "./setup.ts";

await runTask(
  {
    name: "synthesize",
    summary:
      "Makes images of chosen classes with a GAN's generator, as a data set of faces that may be trained on alone.",
    options: z.strictObject({
      ...backendFlags,
      run: z.string().describe("Folder of a GAN's run."),
      class: z.string().optional().describe("The class, by number or name, of which --count images are made."),
      likeRarest: z.boolean().default(false).describe("Make --count images of the rarest class of the training data."),
      counts: z.string().optional().describe(
        "Images of several classes, as in 5:500,8:200; or balance: as many as each lacks to the most frequent class.",
      ),
      count: whole().min(1).default(500).describe("Images of the class."),
      seed: whole().default(1).describe("Seed; equal seeds give equal images."),
      out: z.string().describe("Folder for the data set; it must have none in it."),
    }).refine(
      ({ class: label, likeRarest, counts }) =>
        [label !== undefined, likeRarest, counts !== undefined].filter(Boolean).length === 1,
      "one of --class, --like-rarest and --counts must be given",
    ),
  },
  async ({ run: dir, class: label, likeRarest, counts: several, count, seed, out, ...flags }, { signal, progress }) => {
    await startBackend(flags, "predict");
    const run = await mf.openGan(dir), { classes } = run.schema;
    console.log(`generator of epoch ${run.epoch}: ${run.weights}`);
    const counts = mf.syntheticCounts(
      run,
      label !== undefined
        ? { class: label, count }
        : likeRarest
        ? { rarest: true, count }
        : several === "balance"
        ? { balance: true }
        : {
          counts: Object.fromEntries(
            several!.split(",").map((pair) => [pair.split(":")[0]!.trim(), Number(pair.split(":")[1])]),
          ),
        },
    );
    const bar = progress("making images");
    const written = await mf.synthesizeFaces(run, out, {
      counts,
      seed,
      signal,
      onProgress: ({ done, total }) => bar.update(done, total),
    });
    bar.end();
    console.log(
      table(
        classes.flatMap((name, c) =>
          counts[c]! > 0 ? [{ class: c, name, real: run.counts[c]!, made: counts[c]! }] : []
        ),
      ),
    );
    console.log(`${written} images of ${counts.filter((count) => count > 0).length} classes: ${out}`);
  },
);
