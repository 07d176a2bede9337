/** Persons with seven images each, some with planted wrong labels, and noisy predictions of what is true. @module */
import { randomInt, randomNormal, type Rng, shuffled } from "../../src/core/rng.ts";
import type { Dataset, Predictions, Sample } from "../../src/core/records.ts";
import { encodeLabel, FACE_PHOTOS, FACE_SCHEMA } from "../../src/core/schema.ts";

/** A planted fault: whose, and of which attribute. */
export interface Planted {
  readonly group: string;
  readonly attribute: string;
}

const AGES = [22, 45, 60];

/**
 * Makes a data set with recorded labels and predictions around the true ones.
 *
 * @param rng Where everything is drawn from.
 * @param options Persons; how many of them have a fault; how far the true class's logit stands out, in deviations.
 */
export function noisyLabels(
  rng: Rng,
  { persons, faults, skill }: { readonly persons: number; readonly faults: number; readonly skill: number },
): { dataset: Dataset; predictions: Predictions; planted: Planted[] } {
  const { classes } = FACE_SCHEMA;
  const chosen = new Set(shuffled(Array(persons).keys(), rng).slice(0, faults));
  const samples: Sample[] = [], planted: Planted[] = [], logits: number[] = [];
  for (let p = 0; p < persons; p++) {
    const group = `${p}`.padStart(4, "0");
    const truth = { gender: rng() < 0.4 ? "male" : "female", age: randomInt(rng, 3) };
    const kind = chosen.has(p) ? ["gender", "age", "mask"][randomInt(rng, 3)] : undefined;
    if (kind) planted.push({ group, attribute: kind });
    const gender = kind === "gender" ? (truth.gender === "male" ? "female" : "male") : truth.gender;
    const age = AGES[kind === "age" ? (truth.age + 1 + randomInt(rng, 2)) % 3 : truth.age]!;
    for (const [name, mask] of Object.entries(FACE_PHOTOS)) {
      const other = { incorrect: "not wear", "not wear": "incorrect", wear: "wear" }[mask];
      const attributes = { mask: kind === "mask" ? other : mask, gender, age };
      const label = encodeLabel(FACE_SCHEMA, attributes);
      samples.push({ id: `${group}/${name}`, path: `${group}/${name}.jpg`, group, label, attributes });
      const shown = encodeLabel(FACE_SCHEMA, { mask, gender: truth.gender, age: AGES[truth.age]! });
      logits.push(...classes.map((_, c) => randomNormal(rng) + (c === shown ? skill : 0)));
    }
  }
  const order = shuffled(samples.keys(), rng); // predictions stand in an order of their own
  const probabilities = new Float32Array(samples.length * classes.length);
  order.forEach((i, k) => {
    const row = logits.slice(i * classes.length, (i + 1) * classes.length).map(Math.exp);
    const total = row.reduce((a, b) => a + b);
    probabilities.set(row.map((x) => x / total), k * classes.length);
  });
  return {
    dataset: { schema: FACE_SCHEMA, samples, root: "", faults: [] },
    predictions: {
      ids: order.map((i) => samples[i]!.id),
      classes,
      probabilities,
      labels: Int32Array.from(order, (i) => samples[i]!.label),
    },
    planted,
  };
}
