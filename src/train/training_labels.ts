/**
 * What training takes for the labels of samples: their own, those of samples near a cut as the config says, and guesses of
 * models for samples whose label nobody knows.
 *
 * @module
 */
import { show } from "../core/check.ts";
import { build } from "../core/parts.ts";
import { type Dataset, UNKNOWN_LABEL } from "../core/records.ts";
import { isPseudoLabelled } from "../predict/mod.ts";
import { NEAR_CUTS, type TrainingLabels } from "../sampling/mod.ts";
import type { TrainConfig } from "./config.ts";
import type { SoftRows } from "./soft_targets.ts";

/**
 * Which samples are kept, and as what. Samples that have a pseudo-label, or a soft target and no label, are kept; only of
 * the others is it known how near to a cut they are. One without a label is of its soft target's likeliest class, for
 * samplers and counts.
 *
 * @param dataset Samples of known class, pseudo-labelled ones, and ones with soft targets alone.
 * @param options Those that are trained on, and their soft targets if there are any.
 * @throws {RangeError} If a sample has neither a label nor a soft target, or as `nearCuts` does.
 */
export function trainingLabels(
  dataset: Dataset,
  { nearCuts }: Pick<TrainConfig, "nearCuts">,
  { train, soft }: { readonly train: Int32Array; readonly soft: SoftRows | undefined },
): TrainingLabels {
  const { schema, samples } = dataset, apply = build("nearCuts", NEAR_CUTS, nearCuts);
  const guessed = (index: number) =>
    isPseudoLabelled(samples[index]!) || samples[index]!.label === UNKNOWN_LABEL && (soft?.shares[index] ?? 0) > 0;
  const places = [...samples.keys()], known = places.filter((index) => !guessed(index));
  if (known.length === samples.length) return apply(dataset);
  const near = apply({ schema, samples: known.map((index) => samples[index]!) }), classes = schema.classes.length;
  const labels = Int32Array.from(
    samples,
    ({ label }, i) => label === UNKNOWN_LABEL ? soft?.likeliest[i] ?? label : label,
  );
  known.forEach((index, k) => labels[index] = near.labels[k]!);
  const bare = train.find((index) => labels[index] === UNKNOWN_LABEL);
  if (bare !== undefined) {
    throw new RangeError(
      `Cannot train as each sample must have a label or a soft target: ${show(samples[bare]!.id)} has neither`,
    );
  }
  const keep = Int32Array.from([...near.keep].map((k) => known[k]!).concat(places.filter(guessed))).sort();
  if (!near.targets) return { keep, labels };
  const targets = new Float32Array(samples.length * classes);
  labels.forEach((label, i) => label !== UNKNOWN_LABEL && (targets[i * classes + label] = 1));
  known.forEach((index, k) => targets.set(near.targets!.subarray(k * classes, (k + 1) * classes), index * classes));
  return { keep, labels, targets };
}
