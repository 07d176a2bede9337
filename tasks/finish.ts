/** From finished runs to a submission: `deno task finish --runs 'runs/seed-*' --data DIR --out DIR`. @module */
import * as mf from "maskfold";
import { runTask, z } from "./flags.ts";
import { backendFlags, dataFlags, loadData, startBackend, whole } from "./setup.ts";

await runTask({
  name: "finish",
  summary:
    "Joins runs by views, ensemble, calibration and offsets, takes what helps on persons that it was not fitted to, prints what each step buys, and writes a submission.",
  options: z.strictObject({
    ...dataFlags,
    ...backendFlags,
    runs: z.string().optional().describe(
      "Folders of cross-validations or runs, with commas; * stands for any letters, in quotes for the shell.",
    ),
    chain: z.string().optional().describe(
      "A chain.json of an earlier call: nothing is fitted, and --data is predicted with its models.",
    ),
    views: z.string().default("choose").describe(
      "choose: tries the configs' views and chooses from many; config: the configs'; or names with commas, or JSON.",
    ),
    test: z.boolean().default(true).describe("Faces layout: predict the eval part too, where there is one."),
    answers: z.string().optional().describe(
      "Faces layout: a csv file of the eval part's answers; it is scored by them, and nothing is chosen by them.",
    ),
    folds: whole().min(2).default(5).describe("In how many parts persons are split to judge what is fitted."),
    seed: whole().default(1).describe("Seed of that split and of the draws for intervals."),
    resamples: whole().min(1).default(2000).describe("How often persons are drawn for the intervals."),
    out: z.string().default("runs/finish").describe("Folder for all of it; the same command goes on where it stopped."),
  }).refine(({ runs, chain }) => (runs === undefined) !== (chain === undefined), "either --runs or --chain is needed"),
}, async ({ runs, chain, views, test, answers, folds, seed, resamples, out, ...flags }, { signal, progress }) => {
  const eval_ = test && flags.layout === "faces" && await hasEval(flags.data)
    ? await mf.loadFaces(flags.data, { part: "eval", answers, mode: flags.lenient ? "lenient" : "strict" })
    : undefined;
  if (chain !== undefined) {
    const record = JSON.parse(await Deno.readTextFile(chain)) as mf.FinishRecord;
    await startBackend(flags, "predict");
    const display = mf.trainingDisplay();
    const said = await mf.applyFinish(record, eval_ ?? await loadData(flags), { ...display, dir: out, signal });
    display.end();
    const models = record.members.reduce((sum, { runs }) => sum + runs.length, 0);
    return console.log(
      `${said.decided.length} images, ${models} models: ${out}/predictions.parquet, ${out}/submission.csv`,
    );
  }
  const dataset = await loadData(flags), members = await openMembers(runs!);
  if (answers !== undefined && !eval_) {
    throw new TypeError(`Cannot score by --answers as "${flags.data}" has no eval part, or it is not predicted`);
  }
  await startBackend(flags, "predict");
  const display = mf.trainingDisplay();
  let chains: ReturnType<typeof progress> | undefined;
  const result = await mf.finish(dataset, members, {
    ...{ dir: out, test: eval_, views: readViews(views), folds, seed, resamples, signal },
    onProgress: display.onProgress,
    onNotes: display.onNotes,
    onChain({ done, total }) {
      if (!chains) display.end();
      (chains ??= progress("fitting chains")).update(done, total);
      if (done === total) chains.end();
    },
  });
  display.end();
  console.log(`\n${mf.ladderText(result)}`);
  const files = ["ladder.json", "ladder.csv", "ladder.png", "chain.json", "oof.parquet"];
  console.log(`\nin ${out}: ${[...files, ...result.test ? ["predictions.parquet", "submission.csv"] : []].join(", ")}`);
  console.log(mf.finishLine(result));
});

/** The runs that the patterns name; of a pattern, only folders that hold runs. */
async function openMembers(patterns: string): Promise<mf.Member[]> {
  const dirs: string[] = [];
  for (const pattern of patterns.split(",")) {
    if (!/[*?]/.test(pattern)) {
      dirs.push(pattern);
      continue;
    }
    const found = await mf.findFolders(pattern), holding: string[] = [];
    for (const dir of found) if (await holdsRuns(dir)) holding.push(dir);
    if (holding.length === 0) {
      throw new TypeError(`Cannot find runs by "${pattern}" as none of the ${found.length} folders that fit holds one`);
    }
    dirs.push(...holding);
  }
  const members: mf.Member[] = [];
  for (const dir of dirs) members.push({ dir, runs: await mf.openRuns(dir) });
  return members;
}

async function holdsRuns(dir: string): Promise<boolean> {
  return (await Array.fromAsync(Deno.readDir(dir))).some(({ name }) => name === "config.json" || name === "fold-0");
}

/** Whether a data set has an eval part that lists any image. */
async function hasEval(data: string): Promise<boolean> {
  const table = await Deno.readTextFile(`${data}/eval/info.csv`).catch(() => "");
  return table.trim().split("\n").length > 1;
}

/** Views by a word, by names, or as JSON. */
function readViews(text: string): NonNullable<mf.FinishOptions["views"]> {
  if (text === "choose" || text === "config") return text;
  if (text.startsWith("[")) return JSON.parse(text) as mf.ViewSpec[];
  return text.split(",").map((name) => ({ name } as mf.ViewSpec));
}
