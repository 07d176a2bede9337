import { assertEquals, assertThrows } from "@std/assert";
import type { EpochRow } from "../../src/core/records.ts";
import { refitEpochs } from "../../src/train/mod.ts";

/** A history whose best epoch by macro F1 is given, and by loss the first. */
function history(best: number, length = 20): EpochRow[] {
  return Array.from(
    { length },
    (_, i) =>
      ({
        epoch: i + 1,
        validMacroF1: i + 1 === best ? 0.9 : 0.1 + i / 100,
        validLoss: i,
        validAccuracy: 0,
      }) as EpochRow,
  );
}

const config = { monitor: "macroF1", minDelta: 0, folds: 5 } as const;

Deno.test("refitEpochs() is the median of the best epochs", () => {
  const odd = refitEpochs([7, 19, 3].map((best) => history(best)), config);
  assertEquals(odd, { epochs: 7, best: [7, 19, 3], median: 7 });
  assertEquals(refitEpochs([4, 9, 8, 5].map((best) => history(best)), config).median, 6.5);
});

Deno.test("refitEpochs() keeps the steps if asked, and is at least 1", () => {
  const histories = [10, 11, 12].map((best) => history(best));
  assertEquals(refitEpochs(histories, config, { keep: "steps" }).epochs, 9); // 11 x 4 / 5
  assertEquals(refitEpochs([history(1)], { ...config, folds: 2 }, { keep: "steps" }).epochs, 1);
});

Deno.test("refitEpochs() goes by what the config monitors, and by minDelta", () => {
  assertEquals(refitEpochs([history(7)], { ...config, monitor: "loss" }).epochs, 1);
  assertEquals(refitEpochs([history(7)], { ...config, minDelta: 0.85 }).epochs, 1);
});

Deno.test("refitEpochs() refuses no history and an empty one", () => {
  assertThrows(() => refitEpochs([], config), RangeError, "number of histories");
  assertThrows(() => refitEpochs([history(3), []], config), RangeError, "fold 1 has none");
});
