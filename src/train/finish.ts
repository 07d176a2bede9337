/**
 * From finished runs to a submission: views, ensemble, calibration and decision, each taken only if it helps on persons that it
 * was not fitted to, and a ladder that tells what each of them bought.
 *
 * @module
 */
import { type Dataset, type Predictions, UNKNOWN_LABEL } from "../core/records.ts";
import { ensureDir } from "../io/mod.ts";
import {
  alignPredictions,
  buildViews,
  type Chain,
  type ChainRows,
  chainRows,
  chainSteps,
  distinctMembers,
  type Ladder,
  ladder,
  ladderOn,
  type RowScore,
  type Truth,
  type ViewSet,
  type ViewSpec,
} from "../predict/mod.ts";
import { answerWith, decidedOf } from "./apply_finish.ts";
import { type FinishRecord, writeFinish } from "./finish_files.ts";
import { checkMembers, type Member, type MembersSaid, type MemberWork, sayTest, sayValid } from "./finish_members.ts";

/** How runs are finished, and who hears of it. */
export interface FinishOptions extends MemberWork {
  /** Images to predict and to write a submission for; where their labels are known they are scored too, and nothing more. */
  readonly test?: Dataset;
  /**
   * Which views are averaged: `"choose"`, the default, tries those of the runs' configs and chooses from many; `"config"` takes
   * those of the configs; a list takes just these. A step that does not help is left out in any case.
   */
  readonly views?: "choose" | "config" | readonly ViewSpec[];
  /** In how many parts persons are split to judge what is fitted; 5 by default. */
  readonly folds?: number;
  /** Seed of that split and of draws; 1 by default. */
  readonly seed?: number | string;
  /** How often persons are drawn for intervals; 2000 by default. */
  readonly resamples?: number;
  /** Called as chains are fitted. */
  readonly onChain?: (state: { readonly done: number; readonly total: number }) => void;
}

/** What finishing came to. */
export interface Finish {
  /** The folder of the results. */
  readonly dir: string;
  /** The members, without those that only repeat another. */
  readonly members: readonly Member[];
  /** What each step bought. */
  readonly ladder: Ladder;
  /** What each row of the ladder scores on the test images, where their labels are known. */
  readonly onTest: readonly RowScore[] | null;
  /** Nested predictions of the whole chain, in the data's order. */
  readonly oof: Predictions;
  /** The chain's predictions of the test images. */
  readonly test: Predictions | null;
}

/** The views to choose from, beside those of the configs. */
export const VIEW_POOL: readonly ViewSpec[] = [
  { name: "identity" },
  { name: "flip" },
  { name: "scale", factor: 0.9 },
  { name: "scale", factor: 1.1 },
  { name: "rotation", degrees: -5 },
  { name: "rotation", degrees: 5 },
  { name: "brightness", factor: 0.9 },
  { name: "brightness", factor: 1.1 },
  { name: "fiveCrops", share: 0.9 },
];

/**
 * Finishes runs: predicts out-of-fold by view, climbs the chain, predicts test images with it, and writes everything into a
 * folder. The same call goes on where it was stopped.
 *
 * @param dataset The data that the runs were trained and validated on.
 * @param members Cross-validations, or single runs that were validated on the same images.
 * @param options The folder, test images, and what is chosen from.
 * @returns The ladder, and what is predicted.
 * @throws {TypeError} If runs are of other classes, images or labels; the message shows the difference.
 * @throws {RangeError} If there is no run, or there are fewer persons than folds.
 */
export async function finish(
  dataset: Dataset,
  members: readonly Member[],
  options: FinishOptions,
): Promise<Finish> {
  const { dir, test, views: wanted = "choose", folds = 5, seed = 1, resamples, signal, onChain } = options;
  checkMembers(dataset, members);
  await ensureDir(dir);
  const configured = members.flatMap(({ runs }) => runs.map(({ config }) => config.views));
  const views = viewSpecs(wanted, configured);
  const said = await sayValid(dataset, members, views, options);
  const { rows: all, labels } = chainRows(said.members), own = distinctMembers(all);
  const rows = only(all, own), distinct = own.map((m) => members[m]!);
  const persons = new Map(dataset.samples.map(({ id, group }) => [id, group]));
  const truth: Truth = { labels, groups: rows.ids.map((id) => persons.get(id)!) };
  const steps = chainSteps({
    schema: dataset.schema,
    viewSets: viewSets(wanted, configured),
    chooseViews: wanted === "choose",
    seed,
  });
  const built = await ladder(rows, truth, {
    ...{ steps, folds, seed, resamples, cost: said.cost, signal, onProgress: onChain },
  });

  const record: FinishRecord = {
    members: own.map((m) => ({
      dir: members[m]!.dir,
      runs: members[m]!.runs.map(({ dir }, k) => ({ dir, weights: said.weights[m]![k]! })),
    })),
    views: specsOf(views, built.chain, built),
    chain: built.chain,
  };
  const saidOfTest = test && await sayTest(test, distinct, record.views, options);
  const onTest = saidOfTest ? scoreTest(built, saidOfTest) : null;
  const answer = saidOfTest && test ? answerWith(built.chain, saidOfTest, test) : null;
  const oof = {
    ...alignPredictions(predictionsOf(built.nested.rows, truth), inOrder(dataset, rows.ids)),
    decided: decidedOf(built.nested.rows, inOrder(dataset, rows.ids)),
  };
  await writeFinish({ dir, record, ladder: built, truth, onTest, oof, test: answer });
  const result = { dir, members: distinct, ladder: built, onTest };
  return { ...result, oof, test: answer?.predictions ?? null };
}

/** The views that are predicted, the plain image always among them. */
function viewSpecs(wanted: FinishOptions["views"], configured: readonly (readonly ViewSpec[])[]): ViewSpec[] {
  const given = wanted === "choose"
    ? [...VIEW_POOL, ...configured.flat()]
    : wanted === "config"
    ? configured.flat()
    : wanted!;
  const specs = new Map<string, ViewSpec>();
  for (const { weight: _, ...spec } of [{ name: "identity" as const }, ...given] as readonly ViewSpec[]) {
    const key = buildViews([spec as ViewSpec]).map(({ name }) => name).join();
    if (!specs.has(key)) specs.set(key, spec as ViewSpec);
  }
  return [...specs.values()];
}

/** The sets of views that are tried as they are. */
function viewSets(wanted: FinishOptions["views"], configured: readonly (readonly ViewSpec[])[]): ViewSet[] {
  const given = Array.isArray(wanted) ? [wanted as readonly ViewSpec[]] : configured;
  const sets = new Map<string, ViewSet>();
  for (const specs of given) {
    const built = buildViews(specs), names = built.map(({ name }) => name), weights = built.map(({ weight }) => weight);
    const name = names.join(" + ");
    sets.set(JSON.stringify([names, weights]), { name, names, weights });
  }
  return [...sets.values()];
}

/** The specs of the views that any row of the ladder averages. */
function specsOf(specs: readonly ViewSpec[], { parts }: Chain, { rows }: Ladder): ViewSpec[] {
  const used = new Set(
    [...parts, ...rows.flatMap((row) => row.parts)].flatMap((part) => part.part === "views" ? part.names : []),
  );
  used.add("identity");
  return specs.filter((spec) => buildViews([spec]).some(({ name }) => used.has(name)));
}

function only(rows: ChainRows, members: readonly number[]): ChainRows {
  return { ...rows, members: members.map((m) => rows.members[m]!) };
}

/** The ids in the data's order. */
function inOrder({ samples }: Dataset, ids: readonly string[]): string[] {
  const known = new Set(ids);
  return samples.flatMap(({ id }) => known.has(id) ? [id] : []);
}

function predictionsOf({ ids, classes, members }: ChainRows, { labels }: Truth): Predictions {
  return { ids, classes, labels, probabilities: members[0]![0]!.probabilities };
}

/** Scores of each row of the ladder, where all labels are known. */
function scoreTest(built: Ladder, { members, models }: MembersSaid): RowScore[] | null {
  const joined = chainRows(members);
  if (joined.labels.includes(UNKNOWN_LABEL)) return null;
  return ladderOn(built, { members: joined.rows, models: chainRows(models).rows, labels: joined.labels });
}
