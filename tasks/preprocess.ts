/** Takes images through steps: `deno task preprocess --data DIR --steps clahe,sharpenEdges --out DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { dataFlags, loadData, whole } from "./setup.ts";

const names = Object.keys(mf.PREPROCESS).join(", ");

await runTask({
  name: "preprocess",
  summary: "Takes a data set's images through steps and keeps what becomes of them as files.",
  options: z.strictObject({
    ...dataFlags,
    steps: z.string().describe(`Steps in their order, by name with commas, or a JSON list with options: ${names}.`),
    out: z.string().default("runs/preprocess").describe(
      "Folder for the files, in a folder of their own for each list of steps; the same command goes on where it was stopped.",
    ),
    format: z.enum(["jpeg", "png"]).default("jpeg").describe("Format of the files."),
    quality: whole().min(1).max(100).default(95).describe("JPEG quality."),
    workers: whole().min(0).max(64).optional().describe("Workers (default: the machine's cores, eight at most)."),
    preview: z.string().optional().describe("A picture of some images before and after, as PNG and SVG."),
    count: whole().min(1).default(12).describe("Images in the picture."),
  }),
}, async ({ steps, out, format, quality, workers, preview, count, ...flags }, { signal, progress }) => {
  const specs: mf.PreprocessSpec[] = /^\s*\[/.test(steps)
    ? JSON.parse(steps)
    : steps.split(/[,+]/).map((name) => ({ name: name.trim() }));
  const dataset = await loadData(flags), { samples } = dataset;
  const started = performance.now(), bar = progress("preprocessing images");
  const made = await mf.preprocessImages(dataset, specs, {
    dir: out,
    format,
    quality,
    workers,
    signal,
    onProgress: ({ done, total }) => bar.update(done, total),
  });
  bar.end();
  const seconds = (performance.now() - started) / 1000;
  const faults = made.faults.slice(dataset.faults.length);
  for (const { message } of faults.slice(0, 20)) console.log(message);
  for (const { path, text } of made.notes.slice(0, 20)) console.log(`${path}: ${text}`);
  if (made.notes.length > 20) console.log(`and ${made.notes.length - 20} more such images`);
  if (preview !== undefined) {
    const broken = new Set(made.faults.map(({ id }) => id));
    const sound = [...samples.keys()].filter((i) => !broken.has(samples[i]!.id));
    const most = Math.min(count, sound.length);
    const shown = Array.from({ length: most }, (_, k) => sound[Math.floor(k * sound.length / most)]!);
    console.log(`picture: ${await drawPreview(dataset, made, shown, preview)}`);
  }
  console.log(
    `${samples.length} images, ${faults.length} faults, ${made.notes.length} notes, ` +
      `${seconds.toFixed(1)} s: ${made.root}`,
  );
});

/** Draws images before and after, side by side. */
async function drawPreview(before: mf.Dataset, after: mf.Dataset, shown: readonly number[], path: string) {
  const size = [256, 192] as const, stride = 256 * 192 * 3;
  const pixels = new Uint8Array(2 * shown.length * stride), captions: string[] = [];
  for (const i of shown) {
    for (const { root, samples } of [before, after]) {
      const { path } = samples[i]!;
      const { data } = await mf.decodeImage(`${root}/${path}`, { resize: 192, crop: size });
      pixels.set(data, captions.length * stride);
      captions.push(root === before.root ? samples[i]!.id : "after");
    }
  }
  const [, png] = await mf.savePicture(mf.pixelSheet(pixels, { size, captions, columns: 6 }), path);
  return png;
}
