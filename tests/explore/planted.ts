/** Painted faces whose faults are known, and predictions as a network without those faults would make them. @module */
import { randomNormal, type Rng } from "../../src/core/rng.ts";
import type { Dataset, Predictions, Sample } from "../../src/core/records.ts";
import { encodeLabel } from "../../src/core/schema.ts";
import type { PlantedFault } from "../../src/paint/faults.ts";

/** A pair's name, whichever side comes first. */
export function pairOf(a: string, b: string): string {
  return [a, b].toSorted().join(" ");
}

/** The person and file of a painted sample's id: `000001/mask1`. */
export function placeOf(id: unknown): string {
  return `${id}`.replace(/^(\d+)_.*\/(.*)$/, "$1/$2");
}

/** Every planted pair of copies, with what was done to the second. */
export function copiesOf(planted: readonly PlantedFault[]): Map<string, string> {
  return new Map(planted.flatMap((fault): [string, string][] => {
    if (fault.kind === "copy") {
      return [[pairOf(`${fault.id}/${fault.file}`, `${fault.source.id}/${fault.source.file}`), fault.change.kind]];
    }
    if (fault.kind !== "person") return [];
    return fault.copied.map((file) => [pairOf(`${fault.id}/${file}`, `${fault.source}/${file}`), "none"]);
  }));
}

/**
 * Out-of-fold predictions that know what the images show.
 *
 * @param dataset The painted faces as they are recorded.
 * @param planted What is wrong with them.
 * @param options Generator of the noise; how far the true class's logit stands out, in deviations.
 */
export function trueToImages(
  { samples, schema }: Dataset,
  planted: readonly PlantedFault[],
  { rng, skill }: { readonly rng: Rng; readonly skill: number },
): Predictions {
  const faults = Map.groupBy(planted, ({ id }) => id), width = schema.classes.length;
  const probabilities = new Float32Array(samples.length * width);
  for (const [i, { group, attributes }] of samples.entries()) {
    const actual: Record<string, Sample["attributes"][string]> = { ...attributes };
    for (const fault of faults.get(group) ?? []) {
      if (fault.kind === "gender" || fault.kind === "age") actual[fault.kind] = fault.actual;
      if (fault.kind === "swap") {
        actual.mask = { incorrect: "not wear", "not wear": "incorrect" }[`${attributes.mask}`] ?? attributes.mask!;
      }
    }
    const shown = encodeLabel(schema, actual);
    const row = schema.classes.map((_, c) => Math.exp(randomNormal(rng) + (c === shown ? skill : 0)));
    const total = row.reduce((a, b) => a + b);
    probabilities.set(row.map((value) => value / total), i * width);
  }
  return {
    ids: samples.map(({ id }) => id),
    classes: schema.classes,
    probabilities,
    labels: Int32Array.from(samples, ({ label }) => label),
  };
}
