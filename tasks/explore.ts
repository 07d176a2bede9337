/** Looks at a data set: `deno task explore --data DIR [--layout faces|folders|table] --out DIR`. @module */
import { join } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { dataFlags, loadData, whole } from "./setup.ts";

const { lenient: _, ...where } = dataFlags; // what is wrong with the data is this task's result

await runTask({
  name: "explore",
  summary: "Prints what a data set holds and what is wrong with it, and draws its classes, numbers and photographs.",
  options: z.strictObject({
    ...where,
    out: z.string().default("runs/explore").describe("Folder for the pictures."),
    size: whole().min(16).default(64).describe(
      "Side in pixels of the copies that colours and duplicates are judged by.",
    ),
    sheet: whole().min(1).default(35).describe("Photographs on the contact sheet."),
  }),
}, async ({ out, size, sheet, ...flags }, { signal, progress }) => {
  const print = async (title: string, rows: unknown) => console.log(`\n${title}\n${await mf.show(rows)}`);
  const dataset = await loadData({ ...flags, lenient: true });
  const { schema, samples } = dataset;
  const frame = await mf.toFrame(dataset);
  const levels = schema.attributes.map((attribute) => mf.levelColumn(attribute, schema));
  const personal = mf.personalColumns(frame);
  const strata = levels.filter((name) => personal.includes(name));

  await print("Classes", mf.counts(frame, "class", { schema }));
  if (levels.length > 1) await print("Images crossed", mf.crosses(frame, levels, { schema }));
  await print("Persons a stratum", mf.personsPerStratum(frame, strata.length > 0 ? strata : levels, { schema }));

  const reading = progress("reading headers");
  const sizes = await mf.imageSizes(dataset, { signal, onProgress: ({ done, total }) => reading.update(done, total) });
  reading.end();
  await print("Sizes in pixels", sizes);

  const packing = progress("decoding");
  const images = await mf.packImages(dataset, {
    resize: size,
    crop: size,
    signal,
    onProgress: ({ done, total }) => packing.update(done, total),
  });
  packing.end();
  const { mean, std } = await mf.channelStats(images, { signal });
  await print(
    "Channels, 0 to 1",
    ["red", "green", "blue"].map((channel, c) => ({ channel, mean: mean[c], std: std[c] })),
  );
  const groups = samples.map(({ group }) => group);
  const duplicates = await mf.findDuplicates(images, { groups });
  const faults = [...dataset.faults, ...images.faults];
  images.close();

  const conflicts = await mf.findConflicts(frame);
  if (conflicts.height > 0) await print("Conflicts", conflicts);
  if (duplicates.height > 0) await print("Images that look alike", duplicates.head(50));
  if (faults.length > 0) await print("Faults", faults.map(({ kind, message }) => ({ kind, message })));

  const count = Math.min(sheet, samples.length);
  const spread = Array.from({ length: count }, (_, i) => Math.floor(i * samples.length / count));
  const numeric = schema.attributes.filter(({ cuts }) => cuts);
  const pictures = await Promise.all([
    mf.savePicture(mf.plotCounts(frame, { x: "class", fill: levels[0], schema }), join(out, "classes")),
    mf.savePicture(mf.contactSheet(dataset, spread), join(out, "sheet")),
    ...numeric.map((attribute) => {
      const options = { x: attribute.name, fill: mf.levelColumn(attribute, schema), of: "persons" as const, schema };
      return mf.savePicture(mf.plotCounts(frame, options), join(out, attribute.name));
    }),
  ]);
  console.log(`\npictures: ${pictures.map(([, png]) => png).join(", ")}`);
  console.log(
    `${samples.length} images, ${new Set(groups).size} persons, ${faults.length} faults, ` +
      `${conflicts.height} conflicts, ${duplicates.height} look-alike pairs`,
  );
});
