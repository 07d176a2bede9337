/** Writes a page that tells all of a run: `deno task report --run RUN [--data DIR] --out FILE`. @module */
import { dirname, join } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { readPresets } from "./presets.ts";
import { backendFlags, dataFlags, loadData, startBackend, whole } from "./setup.ts";

await runTask({
  name: "report",
  summary: "Writes one HTML page that tells all of a run, or of a cross-validation with its folds and out-of-fold.",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    run: z.string().describe("A run's folder, or a cross-validation's with fold-0, fold-1, ... in it."),
    data: z.string().optional().describe("Folder of its data set, for the photographs and Grad-CAM of the mistakes."),
    count: whole().min(1).default(24).describe("Mistakes shown, the most confident first."),
    resamples: whole().min(1).default(2000).describe("How often persons are drawn for the intervals."),
    out: z.string().optional().describe("The page (default: report.html in the run's folder)."),
  }),
}, async ({ run, data, count, resamples, out = join(run, "report.html"), ...flags }, { signal, progress }) => {
  const began = performance.now(), contents = await mf.readRunContents(run, { resamples });
  const dataset = data === undefined ? undefined : await loadData({ ...flags, data });
  const report = await mf.runReport(contents, {
    dataset,
    pictures: dataset && await drawMistakes(dataset),
    mistakes: count,
    presets: await readPresets(),
    resamples,
  });
  await mf.writeReport(report, out, { rows: mf.RUN_ROWS });
  console.log(report.text);
  for (const { title } of report.sections) console.log(`  ${title}`);
  const seconds = (performance.now() - began) / 1000, { size } = await Deno.stat(out);
  console.log(
    `\n${report.sections.length} sections, ${(size / 1e6).toFixed(2)} MB, in ${seconds.toFixed(1)} seconds: ${out}`,
  );

  async function drawMistakes(dataset: mf.Dataset): Promise<readonly mf.ReportPicture[]> {
    if (!contents.files.every(({ finished }) => finished)) return [];
    await startBackend(flags, "train"); // gradients are taken
    const bar = progress("Grad-CAM"), runs = await mf.openRuns(run);
    const preprocessDir = join(dirname(out), "preprocessed");
    const pictures = await mf.mistakeSheets(runs, dataset, { count, signal, preprocessDir, onImage: bar.update });
    bar.end();
    return pictures;
  }
});
