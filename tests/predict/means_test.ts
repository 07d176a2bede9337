import { assert, assertEquals, assertThrows } from "@std/assert";
import { decide, ensemble, MEANS, type MeanSpec } from "../../src/predict/mod.ts";
import { between, printedRng } from "../random.ts";
import { largestDifference, names, randomLabels, randomMember, readReference, reordered } from "./members.ts";

const specs: readonly MeanSpec[] = [
  ...Object.keys(MEANS).map((name) => ({ name }) as MeanSpec),
  { name: "power", exponent: -8 },
  { name: "power", exponent: 0 },
  { name: "power", exponent: 8 },
  { name: "vote", ties: "first" },
];
const reference = await readReference();

for (const { mean, probabilities } of reference.means) {
  Deno.test(`ensemble() by ${JSON.stringify(mean)} has SciPy's numbers`, () => {
    const found = ensemble(reference.predictions, { mean, weights: reference.weights });
    assert(largestDifference(found.probabilities, probabilities) < 2e-7, "single precision");
  });
}

Deno.test("ensemble() by vote, the first class winning ties, decides as scikit-learn's VotingClassifier", () => {
  for (const { weights, decided } of reference.votes) {
    const found = ensemble(reference.predictions, { mean: { name: "vote", ties: "first" }, weights });
    assertEquals([...decide(found)], [...decided]);
  }
});

for (const mean of specs) {
  const name = JSON.stringify(mean);
  const rng = printedRng();
  const classes = between(rng, 2, 9), labels = randomLabels(rng, between(rng, 11, 1300), classes);
  const members = Array.from({ length: between(rng, 2, 5) }, () => randomMember(rng, labels, classes));
  const weights = members.map(() => rng() + 0.1);

  Deno.test(`ensemble() of equal members is that member, by ${name}`, () => {
    const one = members[0]!, same = ensemble(members.map(() => one), { mean, weights });
    if (mean.name === "vote") assertEquals(decide(same), decide(one)); // a vote keeps decisions only
    else assert(largestDifference(same.probabilities, one.probabilities) < 1e-6);
  });

  Deno.test(`ensemble() depends neither on the order of rows nor on that of members, by ${name}`, () => {
    const found = ensemble(members, { mean, weights });
    const shuffledRows = members.map((member, m) => reordered(member, rng.fork(m)));
    const back = ensemble([members[0]!, ...shuffledRows.slice(1)], { mean, weights });
    assertEquals(back, found);
    const others = ensemble(shuffledRows, { mean, weights });
    const rows = new Map(others.ids.map((id, row) => [id, row]));
    const sorted = found.ids.flatMap((id) => [
      ...others.probabilities.subarray(rows.get(id)! * classes, (rows.get(id)! + 1) * classes),
    ]);
    assertEquals(Float32Array.from(sorted), found.probabilities);
    const turned = ensemble(members.toReversed(), { mean, weights: weights.toReversed() });
    assert(largestDifference(turned.probabilities, found.probabilities) < 1e-6);
  });

  Deno.test(`ensemble() gives rows that sum to 1, certain members too, by ${name}`, () => {
    const certain = {
      ...members[0]!,
      probabilities: members[0]!.probabilities.map((_, i) => i % classes === 0 ? 1 : 0),
    };
    const other = { ...certain, probabilities: certain.probabilities.map((_, i) => i % classes === 1 ? 1 : 0) };
    for (const set of [members, [certain, certain], [certain, other], [certain, ...members]]) {
      const { probabilities } = ensemble(set, { mean });
      for (let from = 0; from < probabilities.length; from += classes) {
        const sum = probabilities.subarray(from, from + classes).reduce((a, b) => a + b, 0);
        assert(Math.abs(sum - 1) < 1e-5, `${sum}`);
      }
    }
  });
}

const single = (...probabilities: number[]) => ({
  ids: ["a"],
  classes: names(3),
  probabilities: Float32Array.from(probabilities),
  labels: Int32Array.of(-1),
});

Deno.test("ensemble() by vote settles a tie by the mean, or by the class number", () => {
  const members = [single(0.4, 0.3, 0.3), single(0.1, 0, 0.9)];
  assertEquals([...decide(ensemble(members, { mean: { name: "vote" } }))], [2]);
  assertEquals([...decide(ensemble(members, { mean: { name: "vote", ties: "first" } }))], [0]);
  const { probabilities } = ensemble(members, { mean: { name: "vote" } });
  assert(largestDifference(probabilities, [0.25 / 0.85, 0, 0.6 / 0.85]) < 1e-6, `${probabilities}`);
});

Deno.test("ensemble() by vote sees a tie of weights that round differently", () => {
  const members = [single(1, 0, 0), single(1, 0, 0), single(0, 1, 0), single(0, 0, 1)];
  for (let a = 1; a < 20; a++) {
    for (let b = 1; b < 20; b++) {
      const weights = [a / 10, b / 10, (a + b) / 10, 0.1];
      const first = ensemble(members, { mean: { name: "vote", ties: "first" }, weights });
      assertEquals([...decide(first)], [0], `${weights}`);
      assertEquals(first.probabilities[0], first.probabilities[1]);
    }
  }
});

Deno.test("ensemble() by geometric mean lets members that are certain of two classes share the row", () => {
  const { probabilities } = ensemble([single(0, 1, 0), single(1, 0, 0)], { mean: { name: "geometric" } });
  assert(largestDifference(probabilities, [0.5, 0.5, 0]) < 1e-6, `${probabilities}`);
});

Deno.test("ensemble() refuses a probability that is none, and says whose", () => {
  const members = [single(1, 0, 0), single(0, NaN, 1)];
  assertThrows(() => ensemble(members), RangeError, `"a", class "class 1" in member 1 is NaN`);
});

Deno.test("ensemble() refuses labels that contradict each other, and takes those that any member knows", () => {
  const [one, other] = [{ ...single(1, 0, 0), labels: Int32Array.of(2) }, {
    ...single(1, 0, 0),
    labels: Int32Array.of(1),
  }];
  assertThrows(() => ensemble([one, other]), TypeError, `that of "a" is 2, and 1 in member 1`);
  assertEquals([...ensemble([single(1, 0, 0), other]).labels], [1]);
});

Deno.test("ensemble() shows how classes differ", () => {
  const one = single(1, 0, 0);
  const message = `member 1 lacks ["class 2"] and has ["cat"] besides`;
  assertThrows(() => ensemble([one, { ...one, classes: ["class 0", "class 1", "cat"] }]), TypeError, message);
});
