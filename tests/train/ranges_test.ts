import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { checkRanges } from "../../src/train/mod.ts";
import { drawOptions } from "../../src/train/ranges.ts";
import { printedRng } from "../random.ts";

const RANGES = checkRanges({
  lr: { log: [1e-5, 1e-2] },
  "model.dropPath": { uniform: [0, 0.4] },
  batchSize: { int: [16, 18] },
  loss: { choice: ["crossEntropy", { name: "focal", gamma: 1 }] },
});

Deno.test("checkRanges() lists every fault with the option and its place", () => {
  const { message } = assertThrows(
    () =>
      checkRanges({
        lr: { log: [0, 1] },
        batchSize: { int: [1.5, 3] },
        epochs: { int: [5, 2] },
        loss: { choice: [] },
        patience: { among: [1] },
        minDelta: 3,
        crop: { int: [32, 64], uniform: [32, 64] },
        seed: { int: [1, 9] },
      }),
    TypeError,
  );
  const parts = ["lr.log.0: ", "batchSize.int.0: ", "epochs.int: the first end must be below", "loss.choice: "];
  for (
    const part of [...parts, "patience: it must be one of", "minDelta: ", "crop: it must be one of", "seed: it decides"]
  ) {
    assertStringIncludes(message, part);
  }
  assertThrows(() => checkRanges({}), TypeError, "at least one option");
});

Deno.test("drawOptions() keeps to the ranges and fills them evenly", () => {
  const rng = printedRng(), count = 2000;
  const rows = Array.from({ length: count }, (_, k) => drawOptions(RANGES, rng.fork(k)));
  const shareOf = (holds: (row: Record<string, unknown>) => boolean) => rows.filter(holds).length / count;
  assertEquals(shareOf(({ lr }) => (lr as number) >= 1e-5 && (lr as number) <= 1e-2), 1);
  assertEquals(shareOf((row) => (row["model.dropPath"] as number) >= 0 && (row["model.dropPath"] as number) <= 0.4), 1);
  const tolerance = 0.05; // 4.5 standard errors of a half
  assertAlmostEquals(shareOf(({ lr }) => (lr as number) < 10 ** -3.5), 0.5, tolerance); // the middle of the exponents
  assertAlmostEquals(shareOf((row) => (row["model.dropPath"] as number) < 0.2), 0.5, tolerance);
  for (const size of [16, 17, 18]) assertAlmostEquals(shareOf(({ batchSize }) => batchSize === size), 1 / 3, tolerance);
  assertAlmostEquals(shareOf(({ loss }) => loss === "crossEntropy"), 0.5, tolerance);
});

Deno.test("drawOptions() draws an option the same whatever else is drawn", () => {
  const rng = seededRng(4), { lr, ...others } = RANGES;
  const all = drawOptions(RANGES, rng);
  assertEquals(drawOptions({ lr: lr! }, rng), { lr: all.lr });
  assertEquals({ ...drawOptions(others, rng), lr: all.lr }, all);
  assert(drawOptions(RANGES, rng.fork(1)).lr !== all.lr);
});
