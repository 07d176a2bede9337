/** Compares runs, each with the first: `deno task compare runs/a runs/b --out runs/comparison`. @module */
import { join } from "node:path";
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { whole } from "./setup.ts";

await runTask({
  name: "compare",
  summary: "Compares runs or cross-validations with the first: options, data and environment that differ, and scores.",
  words: {
    name: "RUN",
    summary: "A run's folder, or a cross-validation's with fold-0, fold-1, ... in it.",
    atLeast: 2,
  },
  options: z.strictObject({
    resamples: whole().min(1).default(2000).describe("How often persons are drawn for the intervals."),
    seed: whole().default(0).describe("Seed of the draws."),
    json: z.boolean().default(false).describe("Print the comparison as JSON."),
    out: z.string().optional().describe("Folder for compare.html, with charts, and the charts as SVG and PNG."),
  }),
}, async ({ resamples, seed, json, out }, { words }) => {
  const comparison = await mf.compareRuns(words, { resamples, seed });
  if (out !== undefined) {
    const report = await mf.comparisonReport(comparison);
    await mf.writeReport(report, join(out, "compare.html"));
    for (const { name = "chart", picture } of report.sections.flatMap(({ pictures = [] }) => pictures)) {
      await mf.savePicture(picture, join(out, name));
    }
  }
  if (json) return console.log(JSON.stringify(comparison));
  for (const { title, rows } of mf.comparisonTables(comparison)) console.log(`${title}\n${mf.tableText(rows)}\n`);
  if (out !== undefined) console.log(`report: ${join(out, "compare.html")}`);
  console.log(mf.comparisonLine(comparison));
});
