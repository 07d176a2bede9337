/**
 * The ladder on other images, such as a test set whose answers are known: reported, and never chosen by.
 *
 * @module
 */
import { score } from "../metrics/mod.ts";
import { applyPart } from "./chain.ts";
import { type ChainRows, memberPredictions } from "./chain_rows.ts";
import { stageClasses } from "./climb.ts";
import { type Ladder, WHOLE } from "./ladder.ts";

/** Macro F1 and accuracy of a row of the ladder. */
export interface RowScore {
  /** Macro F1, the mean over what is not joined, 0..1. */
  readonly macroF1: number;
  /** Accuracy, 0..1. */
  readonly accuracy: number;
}

/**
 * What each row of the ladder scores on other images, for which nothing was chosen or fitted.
 *
 * @param ladder The ladder.
 * @param test What members say of the images, and each model of theirs by itself, which the rows before the ensemble are
 * about; and the labels, all known.
 * @returns A score for each row.
 * @throws {TypeError} If members or views are not those of the ladder.
 */
export function ladderOn(
  { rows }: Ladder,
  { members, models, labels }: {
    readonly members: ChainRows;
    readonly models: ChainRows;
    readonly labels: Int32Array;
  },
): RowScore[] {
  return rows.map(({ step, parts }): RowScore => {
    const alone = step !== WHOLE && parts.every(({ part }) => part === "views");
    const stage = parts.reduce((so, part) => applyPart(part, so), alone ? models : members);
    const scores = stageClasses(stage).map((predicted, m) =>
      score(memberPredictions(stage, { labels })[m]!, { predicted })
    );
    const mean = (key: keyof RowScore) => scores.reduce((sum, one) => sum + one[key], 0) / scores.length;
    return { macroF1: mean("macroF1"), accuracy: mean("accuracy") };
  });
}
