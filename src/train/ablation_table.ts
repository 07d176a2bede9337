/**
 * An ablation as text: a table, and its best combination on a line.
 *
 * @module
 */
import { tableText } from "../explore/mod.ts";
import type { PairedBootstrap } from "../metrics/mod.ts";
import type { Ablation, SeedScores } from "./ablate.ts";

/**
 * An ablation as an aligned text table: means over the seeds, deviations, and the difference to the first in macro F1 with
 * its 95 % interval.
 *
 * @param ablation What `ablate` returns.
 * @returns Lines, without a line break at the end.
 */
export function ablationTable({ rows }: Pick<Ablation, "rows">): string {
  const share = ({ mean, deviation }: SeedScores) =>
    mean.toFixed(4) + (deviation === null ? "" : ` ± ${deviation.toFixed(4)}`);
  return tableText(rows.map(({ combination, macroF1, accuracy, difference }) => ({
    combination,
    "macro F1": share(macroF1),
    accuracy: share(accuracy),
    "difference to the first": difference ? differenceText(difference) : "",
    "share above 0": difference ? difference.macroF1.above.toFixed(3) : "",
  })));
}

/**
 * The best combination on one line: `loss=focal: macro F1 0.8123 [0.7904, 0.8301], 3 seeds, +0.0123 [-0.0010, 0.0250] to
 * loss=crossEntropy`, with 95 % intervals.
 *
 * @param ablation What `ablate` returns.
 */
export function ablationLine({ best, rows, seeds }: Pick<Ablation, "best" | "rows" | "seeds">): string {
  const { combination, macroF1: { mean, low, high }, difference } = best;
  return [
    `${combination}: macro F1 ${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`,
    `${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}`,
    difference ? `${differenceText(difference)} to ${rows[0]!.combination}` : "the first itself is the best",
  ].join(", ");
}

function differenceText({ macroF1: { difference, low, high } }: PairedBootstrap): string {
  return `${difference < 0 ? "" : "+"}${difference.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}
