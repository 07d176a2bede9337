import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { score } from "../../src/metrics/mod.ts";
import { applyEnsemble, ensemble, type EnsembleFitSpec, fitEnsemble } from "../../src/predict/mod.ts";
import { fitData } from "../../src/predict/fit_data.ts";
import { bestLength, pickMembers } from "../../src/predict/greedy.ts";
import { between, printedRng } from "../random.ts";
import { largestDifference, randomLabels, randomMember, readReference, reordered } from "./members.ts";

const reference = await readReference();
const simplex = { name: "simplex" } as const;

Deno.test("fitEnsemble() by simplex has SciPy's weights, and its gap bounds the loss", () => {
  const { weights, score, note } = fitEnsemble(reference.predictions, { objective: "logLoss", method: simplex });
  assert(largestDifference(weights, reference.pool.weights) < 1e-4, `${weights}`); // the loss is flat there
  assertAlmostEquals(score, reference.pool.loss, 1e-6);
  const gap = Number(/([\de.+-]+) nats/.exec(note)![1]);
  assert(score - reference.pool.loss <= gap + 1e-7 && gap <= 1e-7, note);
});

for (const { options, probabilities } of reference.stacking) {
  Deno.test(`fitEnsemble() by stacking has the reference's probabilities, ${JSON.stringify(options)}`, () => {
    const method = { name: "stacking", tolerance: 1e-8, ...(options as object) } as const;
    const fitted = fitEnsemble(reference.predictions, { objective: "logLoss", method });
    const found = applyEnsemble(JSON.parse(JSON.stringify(fitted)), reference.predictions); // it is plain numbers
    assert(largestDifference(found.probabilities, probabilities) < 2e-5, fitted.note);
  });
}

for (const { objective, picks } of reference.greedy) {
  Deno.test(`pickMembers() picks as a plain loop over scikit-learn's scores does, for ${objective}`, () => {
    const data = fitData("pick", reference.predictions);
    const found = pickMembers(data, { objective, rounds: picks.length, replacement: true });
    assertEquals(found.map(({ member }) => member), picks.map(({ member }) => member));
    assert(largestDifference(found.map(({ score }) => score), picks.map(({ score }) => score)) < 1e-6);
    const best = picks.reduce(
      (a, { score }) => objective === "logLoss" ? Math.min(a, score) : Math.max(a, score),
      picks[0]!.score,
    );
    assertEquals(bestLength(found, objective), 1 + picks.findIndex(({ score }) => score === best));
  });
}

/** Members of some shape that is drawn anew for each seed. */
function draw(fork: string) {
  const rng = printedRng().fork(fork);
  const classes = between(rng, 2, 7), labels = randomLabels(rng, between(rng, 40, 170), classes);
  const members = Array.from(
    { length: between(rng, 2, 9) },
    () => randomMember(rng, labels, classes, { strength: 0.5 + 2 * rng() }),
  );
  return { rng, members };
}

const METHODS: readonly (readonly ["logLoss" | "macroF1", EnsembleFitSpec])[] = [
  ["logLoss", simplex],
  ["logLoss", { name: "greedy" }],
  ["logLoss", { name: "greedy", bags: 5 }],
  ["logLoss", { name: "stacking" }],
  ["macroF1", { name: "greedy" }],
  ["macroF1", { name: "greedy", bags: 7, share: 0.4, rounds: 9 }],
];

for (const [objective, method] of METHODS) {
  const name = `${JSON.stringify(method)} for ${objective}`;

  Deno.test(`fitEnsemble() keeps its weights on the simplex, by ${name}`, () => {
    for (let k = 0; k < 5; k++) {
      const { members } = draw(`simplex ${k}`);
      const { weights } = fitEnsemble(members, { objective, method });
      assertEquals(weights.length, members.length);
      assert(weights.every((weight) => weight >= 0), `${weights}`);
      assertAlmostEquals(weights.reduce((a, b) => a + b), 1, 1e-12);
    }
  });

  Deno.test(`fitEnsemble() does not depend on the order of rows, by ${name}`, () => {
    const { rng, members } = draw("order");
    const fitted = fitEnsemble(members, { objective, method });
    const other = fitEnsemble(members.map((member, m) => reordered(member, rng.fork(m))), { objective, method });
    assert(largestDifference(other.weights, fitted.weights) < 1e-5);
    assertAlmostEquals(other.score, fitted.score, 1e-7);
  });

  Deno.test(`fitEnsemble() says the score that its result has, and ignores rows without labels, by ${name}`, () => {
    const { members } = draw("labels");
    const partly = members.map((member) => ({ ...member, labels: member.labels.map((x, i) => i % 3 === 0 ? -1 : x) }));
    const fitted = fitEnsemble(partly, { objective, method });
    assertAlmostEquals(score(applyEnsemble(fitted, partly))[objective], fitted.score, 1e-5);
    const labelled = members[0]!.ids.map((_, i) => i).filter((i) => i % 3 !== 0), width = members[0]!.classes.length;
    const fewer = members.map((member) => ({
      ...member,
      ids: labelled.map((i) => member.ids[i]!),
      labels: Int32Array.from(labelled, (i) => member.labels[i]!),
      probabilities: Float32Array.from(
        labelled.flatMap((i) => [...member.probabilities.subarray(i * width, (i + 1) * width)]),
      ),
    }));
    assertEquals(fitEnsemble(fewer, { objective, method }), fitted);
  });
}

for (const [objective, method] of METHODS.filter(([, { name }]) => name !== "stacking")) {
  Deno.test(`fitEnsemble() is never worse than its best member, by ${JSON.stringify(method)} for ${objective}`, () => {
    for (let k = 0; k < 20; k++) {
      const { members } = draw(`best ${k}`);
      const fitted = fitEnsemble(members, { objective, method });
      const sign = objective === "logLoss" ? -1 : 1;
      const best = Math.max(...members.map((member) => sign * score(member)[objective]));
      const own = sign * score(applyEnsemble(fitted, members))[objective];
      assert(own >= best - (objective === "logLoss" ? 1e-6 : 0), `${own} below ${best}: ${fitted.note}`);
    }
  });
}

Deno.test("fitEnsemble() by simplex is better than a thousand other weights", () => {
  const { rng, members } = draw("others");
  const { score: least, weights } = fitEnsemble(members, { objective: "logLoss", method: simplex });
  for (let k = 0; k < 1000; k++) {
    const near = k % 2 === 0, other = weights.map((weight) => near ? weight + 0.01 * rng() : -Math.log(rng()));
    const loss = score(ensemble(members, { weights: other })).logLoss;
    assert(loss > least - 1e-6, `${loss} by [${other}] is less than ${least}`);
  }
});

Deno.test("fitEnsemble() by simplex finds the weights of members that are nearly the same", () => {
  const { rng, members } = draw("alike");
  const alike = Array.from({ length: 12 }, () => ({
    ...members[0]!,
    probabilities: members[0]!.probabilities.map((p) => Math.min(1, p * (1 + 1e-3 * (rng() - 0.5)))),
  }));
  const { note } = fitEnsemble(alike, { objective: "logLoss", method: { name: "simplex", gap: 1e-9 } });
  assert(!note.includes("more than"), note);
});

Deno.test("fitEnsemble() by greedy takes a copy of the members' best mean", () => {
  const { members } = draw("copy");
  const mean = ensemble(members.slice(0, 2));
  const { weights } = fitEnsemble([mean, ...members.slice(0, 2)], {
    objective: "logLoss",
    method: { name: "greedy", rounds: 1 },
  });
  const scores = [mean, ...members.slice(0, 2)].map((member) => score(member).logLoss);
  assertEquals(weights.indexOf(1), scores.indexOf(Math.min(...scores)));
});

Deno.test("fitEnsemble() by stacking mends a member whose classes are mixed up", () => {
  const { members } = draw("mixed up");
  const width = members[0]!.classes.length;
  const turned = {
    ...members[0]!,
    probabilities: members[0]!.probabilities.map((_, i, all) => all[i - i % width + (i + 1) % width]!),
  };
  const full = { name: "stacking", form: "full", l2: 0.1 } as const;
  const { score: mended, memberScores } = fitEnsemble([turned], { objective: "logLoss", method: full });
  assert(mended < score(members[0]!).logLoss && mended < memberScores[0]!, `${mended}, ${memberScores}`);
});

Deno.test("fitEnsemble() refuses a method that is not for the objective, and rows without labels", () => {
  const { members } = draw("refused");
  assertThrows(
    () => fitEnsemble(members, { objective: "macroF1", method: simplex }),
    RangeError,
    `"greedy" is for others`,
  );
  const unknown = members.map((member) => ({ ...member, labels: member.labels.map(() => -1) }));
  assertThrows(() => fitEnsemble(unknown, { objective: "logLoss", method: simplex }), RangeError, "labels are unknown");
  const fitted = fitEnsemble(members, { objective: "logLoss", method: simplex });
  assertThrows(() => applyEnsemble(fitted, members.slice(1)), TypeError, `fitted with ${members.length} members`);
});
