import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomInt, type Rng, seededRng, shuffled } from "../../src/core/rng.ts";
import { bootstrapScore, pairedBootstrap } from "../../src/metrics/mod.ts";
import reference from "../reference/bootstrap.json" with { type: "json" };
import { printedRng } from "../random.ts";

const KEYS = ["macroF1", "accuracy"] as const;

/** Persons with several images each, and two sets of predictions of two seeds. */
function randomCase(rng: Rng) {
  const classes = 2 + randomInt(rng, 6), persons = 5 + randomInt(rng, 20);
  const groups = Array.from({ length: persons }, (_, p) => Array<string>(1 + randomInt(rng, 7)).fill(`p${p}`)).flat();
  const draw = () => groups.map(() => randomInt(rng, classes));
  return { classes, groups, labels: draw(), first: [draw(), draw()], second: [draw(), draw()] };
}

Deno.test("pairedBootstrap() and bootstrapScore() agree with scikit-learn on all examples", () => {
  const { first, second, classes, labels, groups } = reference;
  const options = { classes, labels, groups, seed: 1, resamples: 10 };
  const paired = pairedBootstrap(first, second, options), single = bootstrapScore(first, options);
  for (const key of KEYS) {
    assertAlmostEquals(paired[key].difference, reference.difference[key], 1e-12);
    assertAlmostEquals(single[key].score, reference.score[key], 1e-12);
  }
});

Deno.test("pairedBootstrap() gives the interval of scikit-learn's scores on rows drawn by person", () => {
  const { first, second, classes, labels, groups } = reference;
  const paired = pairedBootstrap(first, second, { classes, labels, groups, seed: 1, resamples: 4000 });
  for (const key of KEYS) {
    // A 2.5 % quantile of 4,000 draws has a standard error of 0.042 deviations; two of them differ by 0.06.
    const tolerance = 4 * 0.06 * reference.deviation[key];
    assertAlmostEquals(paired[key].low, reference.low[key], tolerance);
    assertAlmostEquals(paired[key].high, reference.high[key], tolerance);
    assertAlmostEquals(paired[key].above, reference.above[key], 0.02);
  }
});

Deno.test("pairedBootstrap() of equal sides is exactly 0", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const { first, second: _, ...options } = randomCase(rng);
    const same = { difference: 0, low: 0, high: 0, above: 0 };
    assertEquals(pairedBootstrap(first, first, { ...options, seed: round, resamples: 50 }), {
      macroF1: same,
      accuracy: same,
    });
  }
});

Deno.test("pairedBootstrap() with its sides exchanged changes sign", () => {
  const rng = printedRng();
  const { first, second, ...rest } = randomCase(rng), options = { ...rest, seed: 5, resamples: 200 };
  const there = pairedBootstrap(first, second, options), back = pairedBootstrap(second, first, options);
  for (const key of KEYS) {
    assertAlmostEquals(there[key].difference, -back[key].difference, 1e-15);
    assertAlmostEquals(there[key].low, -back[key].high, 1e-12);
  }
});

Deno.test("pairedBootstrap() does not depend on the order of the examples, nor of the persons", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const { first, second, classes, labels, groups } = randomCase(rng);
    const order = shuffled(labels.keys(), rng);
    const turn = <T>(column: readonly T[]) => order.map((i) => column[i]!);
    const common = { classes, seed: round, resamples: 50 };
    assertEquals(
      pairedBootstrap(first.map(turn), second.map(turn), { ...common, labels: turn(labels), groups: turn(groups) }),
      pairedBootstrap(first, second, { ...common, labels, groups }),
    );
  }
});

Deno.test("bootstrapScore() holds a known share in about as many intervals as the level says", () => {
  const rng = seededRng(17), share = 0.7, persons = 80, rounds = 300;
  const labels = new Int32Array(persons), groups = Array.from(labels, (_, i) => `${i}`);
  let held = 0;
  for (let round = 0; round < rounds; round++) {
    const predicted = labels.map(() => rng() < share ? 0 : 1);
    const { accuracy } = bootstrapScore([predicted], {
      labels,
      groups,
      classes: 2,
      seed: round,
      resamples: 200,
      level: 0.9,
    });
    if (accuracy.low <= share && share <= accuracy.high) held++;
  }
  // 0.9 less what the percentile interval of 80 lacks (0.01 to 0.02); the standard error of 300 rounds is 0.018
  assert(held / rounds > 0.82 && held / rounds < 0.95, `${held / rounds}`);
});

Deno.test("bootstrapScore() has the width of a binomial's interval", () => {
  const persons = 400, labels = new Int32Array(persons), groups = Array.from(labels, (_, i) => `${i}`);
  const predicted = labels.map((_, i) => i % 4 === 0 ? 1 : 0);
  const { accuracy: { score, low, high } } = bootstrapScore([predicted], { labels, groups, classes: 2, seed: 1 });
  assertEquals(score, 0.75);
  const width = 2 * 1.96 * Math.sqrt(0.75 * 0.25 / persons);
  assertAlmostEquals(high - low, width, 0.1 * width); // 2,000 draws
});

Deno.test("bootstrapScore() draws persons: images of one that fall together widen the interval", () => {
  const persons = 60, each = 9;
  const groups = Array.from({ length: persons * each }, (_, i) => `${Math.floor(i / each)}`);
  const labels = new Int32Array(groups.length);
  const predicted = labels.map((_, i) => Math.floor(i / each) % 3 === 0 ? 1 : 0); // all of a person right, or all wrong
  const widthOf = (groups: readonly string[]) => {
    const { low, high } = bootstrapScore([predicted], { labels, groups, classes: 2, seed: 1 }).accuracy;
    return high - low;
  };
  assertAlmostEquals(widthOf(groups) / widthOf(groups.map((_, i) => `${i}`)), Math.sqrt(each), 0.4);
});

Deno.test("bootstrapScore() leaves out what a seed says nothing of, and draws again where that is everyone", () => {
  const labels = [0, 1, 0, 1, 0, 1], groups = ["a", "a", "b", "b", "c", "c"];
  const predicted = [[0, 1, -1, -1, -1, -1], [-1, -1, 0, 0, -1, -1]]; // a draw of c alone has no score
  const { accuracy } = bootstrapScore(predicted, { labels, groups, classes: 2, seed: 1, resamples: 500 });
  assertEquals(accuracy, { score: 0.75, low: 0.5, high: 1 });
});

Deno.test("bootstrapScore() gives each class its F1, whose mean is macro F1, and 1 to what is always right", () => {
  const rng = printedRng();
  for (let round = 0; round < 10; round++) {
    const { labels, first: [predicted], groups, classes } = randomCase(rng);
    const options = { groups, classes, seed: round, resamples: 60 };
    const { perClass, macroF1 } = bootstrapScore([predicted!], { ...options, labels });
    assertEquals(perClass.length, classes);
    const known = perClass.filter((interval) => interval !== null);
    assertAlmostEquals(known.reduce((sum, { score }) => sum + score, 0) / known.length, macroF1.score, 1e-12);
    known.forEach(({ score, low, high }) => assert(low >= 0 && low <= high && high <= 1 && score >= 0));
    assertEquals(
      bootstrapScore([labels], { ...options, labels }).perClass,
      Array.from({ length: classes }, (_, c) => labels.includes(c) ? { score: 1, low: 1, high: 1 } : null),
    );
  }
});

Deno.test("bootstrapScore() leaves a draw without a class out of that class's interval", () => {
  const labels = [0, 0, 1], groups = ["a", "b", "c"]; // class 1 is c's alone, and always right
  const { perClass } = bootstrapScore([labels], { labels, groups, classes: 3, seed: 1, resamples: 300 });
  assertEquals(perClass, [{ score: 1, low: 1, high: 1 }, { score: 1, low: 1, high: 1 }, null]);
});

Deno.test("pairedBootstrap() refuses sides of other examples, and values that are no classes", () => {
  const options = { labels: [0, 1, 1], groups: ["a", "b", "c"], classes: 2, seed: 1 };
  assertThrows(() => pairedBootstrap([[0, 1, -1]], [[0, 1, 1]], options), TypeError, "only one has index 2");
  assertThrows(() => pairedBootstrap([], [[0, 1, 1]], options), TypeError, "first must hold");
  assertThrows(() => pairedBootstrap([[0, 1, 1]], [[0, 1, 2]], options), RangeError, "second[0]");
  assertThrows(() => pairedBootstrap([[0, 1]], [[0, 1, 1]], options), TypeError, "first[0] 2");
  assertThrows(() => bootstrapScore([[0, 1, 1]], { ...options, level: 1 }), RangeError, "level must be");
});
