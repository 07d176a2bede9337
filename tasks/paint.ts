/** Paints a data set of faces: `deno task paint --out DIR --people 200 --seed 42 --size 128x96`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { whole } from "./setup.ts";

await runTask({
  name: "paint",
  summary:
    "Paints a data set of faces in the contest's layout, with the eval part's true classes in eval/.answers.csv.",
  options: z.strictObject({
    out: z.string().describe("Folder for the data set; the same command goes on where it was stopped."),
    people: whole().min(1).default(200).describe("Persons to train on, seven pictures each."),
    evalPeople: whole().min(0).default(40).describe("Other persons, for the eval part."),
    seed: whole().default(42).describe("Seed; equal seeds give equal files."),
    size: z.string().regex(/^\d+x\d+$/, "it must be HEIGHTxWIDTH, as in 128x96").default("512x384").describe(
      "Height and width in pixels.",
    ),
    labelNoise: z.coerce.number().min(0).max(1).default(0).describe("Share of persons whose labels are wrong, 0..1."),
    format: z.enum(["jpeg", "png"]).default("jpeg").describe("File format."),
  }),
}, async ({ out, size, ...options }, { signal, progress }) => {
  const started = performance.now();
  const [height, width] = size.split("x").map(Number) as [number, number];
  const bar = progress("painting faces");
  const onProgress = ({ done, total }: { done: number; total: number }) => bar.update(done, total);
  const painted = await mf.paintFaces(out, { ...options, size: [height, width], signal, onProgress });
  bar.end();
  mf.FACE_SCHEMA.classes.forEach((name, i) =>
    console.log(`${name.padEnd(24)}${`${painted.classCounts[i]}`.padStart(7)}`)
  );
  console.log(`${"wrong on purpose".padEnd(24)}${`${painted.planted.length}`.padStart(7)}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${painted.pictures + painted.evalPictures} pictures painted in ${seconds.toFixed(1)} s: ${out}`);
});
