import { assertEquals, assertLessOrEqual } from "@std/assert";
import { splitReport, stratifiedGroupKFold, stratifiedKFold } from "../../src/split/mod.ts";
import reference from "../reference/split.json" with { type: "json" };

const { folds } = reference;

/** Numbers in ascending order. */
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

for (const { name, classes, labels, groups: numbers, stratifiedGroupKFold: theirs, ...set } of reference.sets) {
  const groups = numbers.map((n) => `${n}`);
  const best = Math.min(...theirs.map(({ maxShareError }) => maxShareError));

  Deno.test(`stratifiedGroupKFold() is as balanced as scikit-learn's best on the set "${name}", whatever the seed`, () => {
    for (let seed = 0; seed < 8; seed++) {
      const rows = splitReport(stratifiedGroupKFold(labels, groups, { folds, seed }), labels, groups);
      assertLessOrEqual(Math.max(...rows.map((row) => row.maxShareError)), best + 1e-9, `seed ${seed}`);
      assertEquals(rows.flatMap((row) => row.leakedGroups), []);
    }
  });

  Deno.test(`splitReport() sees the class shares that scikit-learn's folds have on the set "${name}"`, () => {
    const { counts } = set.stratifiedKFold;
    const pools = Array.from({ length: classes }, (_, c) => [...labels.keys()].filter((i) => labels[i] === c));
    const split = counts.map((row) => ({
      valid: Int32Array.from(row.flatMap((n, c) => pools[c]!.splice(0, n))),
      train: new Int32Array(),
    }));
    const rows = splitReport(split, labels, groups);
    // scikit-learn's counts are whole numbers, so only rounding in the last digits can differ
    assertLessOrEqual(
      Math.abs(Math.max(...rows.map((row) => row.maxShareError)) - set.stratifiedKFold.maxShareError),
      1e-12,
    );
  });

  Deno.test(`stratifiedKFold() has the sizes of scikit-learn's folds on the set "${name}", in total and class by class`, () => {
    const split = stratifiedKFold(labels, { folds, seed: 1 });
    const ours = split.map(({ valid }) =>
      Array.from({ length: classes }, (_, c) => valid.filter((i) => labels[i] === c).length)
    );
    const { counts } = set.stratifiedKFold;
    assertEquals(sorted(ours.map(sum)), sorted(counts.map(sum)));
    for (let c = 0; c < classes; c++) {
      assertEquals(
        sorted(ours.map((row) => row[c]!)),
        sorted(counts.map((row) => row[c]!)),
      );
    }
  });
}
