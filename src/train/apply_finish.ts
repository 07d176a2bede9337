/**
 * A chain that was fitted before, applied to other images by the same models.
 *
 * @module
 */
import { join } from "node:path";
import { show } from "../core/check.ts";
import type { Dataset, Predictions } from "../core/records.ts";
import type { DetailedPredictions } from "../frame/mod.ts";
import { ensureDir, fileDigest } from "../io/mod.ts";
import {
  alignPredictions,
  applyChain,
  type Chain,
  type ChainRows,
  chainRows,
  decide,
  withoutLabels,
} from "../predict/mod.ts";
import { type FinishRecord, writeAnswer } from "./finish_files.ts";
import { checkMembers, type Member, type MemberWork, sayTest } from "./finish_members.ts";
import { FILES, openRun } from "./run.ts";

/** What a chain says of images. */
export interface FinishAnswer {
  /** Probabilities in the data's order. */
  readonly predictions: Predictions;
  /** The class decided for in each row `[N]`. */
  readonly decided: Int32Array;
}

/**
 * Predicts images with the models and the chain of an earlier `finish`, and writes `predictions.parquet` and `submission.csv`.
 *
 * @param record What `chain.json` holds.
 * @param dataset The images; their labels are not looked at.
 * @param options The folder of the results, and who hears of the work.
 * @returns What the chain says, and decides.
 * @throws {Error} If a run is gone, or its weights are others now.
 * @throws {TypeError} If runs are of other classes than the data.
 */
export async function applyFinish(
  record: FinishRecord,
  dataset: Dataset,
  options: MemberWork,
): Promise<FinishAnswer> {
  const members: Member[] = [];
  for (const { dir, runs } of record.members) {
    const opened = await Promise.all(runs.map(({ dir }) => openRun(dir)));
    members.push({ dir, runs: opened });
    for (const run of runs) {
      const digest = await fileDigest(join(run.dir, FILES.best));
      if (digest === run.weights) continue;
      throw new Error(
        `Cannot apply the chain as the weights of ${
          show(run.dir)
        } must be those that it was fitted with: their digest was ${run.weights.slice(0, 16)} and is ${
          digest.slice(0, 16)
        }`,
      );
    }
  }
  checkMembers(dataset, members, { others: true });
  await ensureDir(options.dir);
  const answer = answerWith(record.chain, await sayTest(dataset, members, record.views, options), dataset);
  await writeAnswer(options.dir, answer);
  return answer;
}

/** What a chain says of images, and decides, in the data's order. */
export function answerWith(
  chain: Chain,
  { members }: { readonly members: readonly DetailedPredictions[] },
  { samples }: Dataset,
): FinishAnswer {
  const { rows, labels } = chainRows(members), answer = applyChain(chain, rows);
  const decided = answer.predicted ?? decide(withoutLabels(answer)), order = samples.map(({ id }) => id);
  return {
    predictions: alignPredictions({ ...withoutLabels(answer), labels }, order),
    decided: decidedOf({ ...rows, predicted: decided }, order),
  };
}

/** The classes decided for, in the order of some ids. */
export function decidedOf({ ids, predicted }: ChainRows, order: readonly string[]): Int32Array {
  const places = new Map(ids.map((id, i) => [id, i]));
  return Int32Array.from(order, (id) => predicted![places.get(id)!]!);
}
