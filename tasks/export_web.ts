/** Writes a page that classifies photographs in the browser: `deno task export:web --run RUN --out DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, startBackend, table } from "./setup.ts";

/** Painted persons, seven pictures each, that half precision is tried on. */
const TRIED = 4;

await runTask({
  name: "export:web",
  summary: "Writes a static page that classifies photographs in the browser with a run's network; nothing is uploaded.",
  options: z.strictObject({
    ...backendFlags,
    run: z.string().describe("A run's folder, or a cross-validation's, whose folds are averaged."),
    out: z.string().describe("Folder of the page."),
    calibration: z.string().optional().describe("A calibration.json, as deno task finish writes it, to apply."),
    title: z.string().optional().describe("What the page is called (default: by the attributes)."),
    half: z.boolean().default(false).describe(
      "Write weights in half precision, and state what that changes on painted faces.",
    ),
  }),
}, async ({ run, out, title, half, calibration, ...flags }, { signal }) => {
  const runs = await mf.openRuns(run);
  const temporary = half ? await Deno.makeTempDir() : undefined;
  try {
    const page = await mf.exportWeb(runs, {
      ...{ dir: out, title, signal },
      calibration: calibration === undefined ? undefined : await mf.readJson(calibration) as mf.Calibration,
      half: temporary === undefined ? undefined : await paintedImages(temporary, runs[0]!, flags),
    });
    const rows = await sizes(page), total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
    const small = rows.reduce((sum, { gzipped }) => sum + gzipped, 0);
    console.log(table(rows));
    if (page.model.difference) {
      const { most, pictures, decisions } = page.model.difference;
      console.log(
        `half precision changes a probability by ${most.toFixed(5)} at most, and ${decisions} of ${pictures} decisions`,
      );
    }
    console.log(
      `${runs.length} models, ${(total / 1e6).toFixed(2)} MB (${(small / 1e6).toFixed(2)} gzipped): ${out}/index.html`,
    );
  } finally {
    if (temporary !== undefined) await Deno.remove(temporary, { recursive: true });
  }
});

/** Faces as the network takes them. */
async function paintedImages(
  dir: string,
  { config }: mf.Run,
  flags: Parameters<typeof startBackend>[0],
): Promise<mf.ImageSet> {
  await startBackend(flags, "predict");
  await mf.paintFaces(dir, { people: TRIED, seed: 1, size: [256, 192] });
  return await mf.packDataset(await mf.loadFaces(dir), config);
}

/** Each file's size, and what a server that compresses sends. */
async function sizes({ dir, files }: mf.WebPage): Promise<{ file: string; bytes: number; gzipped: number }[]> {
  return await Promise.all(files.map(async (file) => {
    const bytes = await Deno.readFile(`${dir}/${file}`);
    const packed = await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
    return { file, bytes: bytes.length, gzipped: packed.length };
  }));
}
