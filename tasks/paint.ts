/** Paints a data set of faces: `deno task paint --out DIR --people 200 --seed 42 --size 128x96`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { whole } from "./setup.ts";

/** Numbers with something between them, as in 128x96 and 47:46:7. */
const numbers = (count: number, between: string, example: string) =>
  z.string().regex(
    new RegExp(`^\\d+(\\.\\d+)?(${between}\\d+(\\.\\d+)?){${count - 1}}$`),
    `it must be ${count} numbers, as in ${example}`,
  ).default(example).transform((text) => text.split(between).map(Number));

await runTask({
  name: "paint",
  summary:
    "Paints a data set of faces in the contest's layout, with the eval part's true classes in eval/.answers.csv.",
  options: z.strictObject({
    out: z.string().describe("Folder for the data set; the same command goes on where it was stopped."),
    people: whole().min(1).default(200).describe("Persons to train on, seven pictures each."),
    evalPeople: whole().min(0).default(40).describe("Other persons, for the eval part."),
    seed: whole().default(42).describe("Seed; equal seeds give equal files."),
    size: numbers(2, "x", "512x384").describe("Height and width in pixels."),
    genders: numbers(2, ":", "1:1.6").describe("Men to women."),
    ages: numbers(3, ":", "47:46:7").describe("People below 30 to those of 30 to 59 to those of 60 and over."),
    labelNoise: z.coerce.number().min(0).max(1).default(0).describe("Share of persons whose labels are wrong, 0..1."),
    variety: z.coerce.number().min(0).max(1).default(1)
      .describe("How far pose, light and film stray from picture to picture, 0..1."),
    format: z.enum(["jpeg", "png"]).default("jpeg").describe("File format."),
  }),
}, async ({ out, size: [height, width], genders, ages, ...options }, { signal, progress }) => {
  const started = performance.now();
  const bar = progress("painting faces");
  const painted = await mf.paintFaces(out, {
    ...options,
    size: [height!, width!],
    shares: {
      gender: { male: genders[0]!, female: genders[1]! },
      age: { young: ages[0]!, middle: ages[1]!, old: ages[2]! },
    },
    signal,
    onProgress: ({ done, total }) => bar.update(done, total),
  });
  bar.end();
  const rows = mf.FACE_SCHEMA.classes.map((name, i) => [name, painted.classCounts[i]] as const);
  for (const [name, count] of [...rows, ["wrong on purpose", painted.planted.length] as const]) {
    console.log(`${name.padEnd(24)}${`${count}`.padStart(7)}`);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${painted.pictures + painted.evalPictures} pictures painted in ${seconds.toFixed(1)} s: ${out}`);
});
