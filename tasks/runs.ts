/** Lists the runs below a folder, the best first: `deno task runs --root runs`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { whole } from "./setup.ts";

await runTask({
  name: "runs",
  summary:
    "Lists the runs, cross-validations and trials below a folder, with their scores and 95 % intervals by person.",
  options: z.strictObject({
    root: z.string().default("runs").describe("Folder of the runs, which may lie at any depth."),
    sort: z.enum(mf.RUN_ORDERS).default("macroF1").describe(
      "What comes first: the best score, the latest, the longest.",
    ),
    folds: z.boolean().default(false).describe("Show each fold too."),
    resamples: whole().min(1).default(200).describe("How often persons are drawn for the intervals."),
    json: z.boolean().default(false).describe("Print the list as JSON, with every option of every run."),
  }),
}, async ({ root, sort, folds, resamples, json }) => {
  const entries = mf.rankRuns(await mf.listRuns(root, { resamples }), sort);
  if (json) return console.log(JSON.stringify(entries));
  console.log(`${mf.runsTable(entries, { folds })}\n`);
  const [best] = mf.rankRuns(entries.filter(({ scores }) => scores), "macroF1");
  const counts = (["unfinished", "broken"] as const).flatMap((state) => {
    const count = entries.filter((entry) => entry.state === state).length;
    return count > 0 ? [`${count} ${state}`] : [];
  });
  const first = best ? [`best macro F1 ${best.scores!.macroF1.score.toFixed(4)} of ${best.name}`] : [];
  console.log(
    [`${entries.length} ${entries.length === 1 ? "run" : "runs"} in ${root}`, ...counts, ...first].join(", "),
  );
});
