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

/** A number of faults, or a share. */
const faults = (what: string) =>
  z.coerce.number().min(0).optional().describe(`${what}: so many of them, or a share below 1.`);

/** Faults to plant, by flag. */
const faultFlags = {
  wrongGenders: faults("People recorded with the other gender"),
  wrongAges: faults("People recorded in another age group"),
  swappedMasks: faults("People whose files incorrect_mask and normal are swapped"),
  samePeople: faults("Ids added with seven other pictures of an earlier person"),
  copiedPeople: faults("Ids added with three files of an earlier person and four other pictures"),
  copiesWithin: faults("Pictures replaced by another one's file of the same person"),
  copiesAcross: faults("Pictures replaced by another person's file"),
  reencoded: faults("Pictures replaced by another one encoded anew"),
  resized: faults("Pictures replaced by another one scaled by a few per cent"),
  brightened: faults("Pictures replaced by another one a little brighter or darker"),
  cropped: faults("Pictures replaced by another one less 1 to 2 % of each side"),
  truncated: faults("Files cut off in the middle"),
  empty: faults("Files without a byte"),
  notImages: faults("Files that hold no image"),
};

await runTask({
  name: "paint",
  summary:
    "Paints a data set of faces in the contest's layout, with the eval part's true classes in eval/.answers.csv and what is " +
    "wrong on purpose in train/.planted.json.",
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
    ...faultFlags,
  }),
}, async ({ out, people, evalPeople, seed, size, genders, ages, labelNoise, variety, format, ...faults }, task) => {
  const started = performance.now();
  const bar = task.progress("painting faces");
  const painted = await mf.paintFaces(out, {
    ...{ people, evalPeople, seed, labelNoise, variety, format },
    faults: Object.values(faults).some((count) => count) ? faults : undefined,
    size: [size[0]!, size[1]!],
    shares: {
      gender: { male: genders[0]!, female: genders[1]! },
      age: { young: ages[0]!, middle: ages[1]!, old: ages[2]! },
    },
    signal: task.signal,
    onProgress: ({ done, total }) => bar.update(done, total),
  });
  bar.end();
  const rows = mf.FACE_SCHEMA.classes.map((name, i) => [name, painted.classCounts[i]] as const);
  const planted = Map.groupBy(painted.planted, ({ kind }) => `planted: ${kind}`);
  for (const [name, count] of [...rows, ...[...planted].map(([name, { length }]) => [name, length] as const)]) {
    console.log(`${name.padEnd(24)}${`${count}`.padStart(7)}`);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${painted.pictures + painted.evalPictures} pictures painted in ${seconds.toFixed(1)} s: ${out}`);
});
