/**
 * From suspicions to a draft of label corrections, for a person to check line by line before it is applied.
 *
 * @module
 */
import type { AttributeValue, Dataset, Sample } from "../core/mod.ts";
import type { DataFrame } from "../frame/mod.ts";
import type { LabelCorrection } from "../io/label_patches.ts";

/** Which rows are taken. */
export interface DraftPatchOptions {
  /** So many of the first rows; all unless given. */
  readonly rows?: number;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Drafts corrections from a frame of suspicions; `writeLabelPatch` writes them. Of
 *
 * - `findLabelErrors`: the suggested level for the recorded value, of the person, the image, or both images of a swap;
 * - `findDuplicates`: where two copies disagree, the first one's value for the second;
 * - `findSamePeople`: where two persons who may be one disagree in what all images of either say, the first one's value for
 *   the second.
 *
 * Of the last two kinds nothing tells which side is right: that is what to check. A value is corrected once at most, by the
 * first row that concerns it.
 *
 * @param frame The suspicions.
 * @param dataset The data set that they are of.
 * @returns The corrections, in the order of the rows.
 * @throws {RangeError} If a row names a sample or person that the data set does not have.
 */
export function draftPatch(
  frame: DataFrame,
  dataset: Dataset,
  { rows = Infinity }: DraftPatchOptions = {},
): LabelCorrection[] {
  const byId = new Map(dataset.samples.map((sample) => [sample.id, [sample]]));
  const byGroup = Map.groupBy(dataset.samples, ({ group }) => group);
  const samplesOf = (scope: "sample" | "group", id: unknown): readonly Sample[] => {
    const found = (scope === "sample" ? byId : byGroup).get(`${id}`);
    if (found) return found;
    throw new RangeError(`Cannot draft a patch as the data set has no ${scope} "${id}"`);
  };
  const names = dataset.schema.attributes.map(({ name }) => name);
  const drafted = frame.toRecords().slice(0, rows).flatMap((row: Row): LabelCorrection[] => {
    if ("suggested" in row) return fromLabelError(row, samplesOf);
    const scope = "copies" in row ? "group" : "sample";
    const [a, b] = [samplesOf(scope, row.a), samplesOf(scope, row.b)];
    const why = scope === "group" ? `may be the person "${row.a}"` : `a copy of "${row.a}"`;
    return names.flatMap((attribute) => {
      const [old, right] = [sharedValue(b, attribute), sharedValue(a, attribute)];
      if (old === undefined || right === undefined || old === right) return [];
      return [{
        scope,
        id: `${row.b}`,
        attribute,
        old,
        new: right,
        why: `${why}, which says ${right}: check which is right`,
      }];
    });
  });
  const known = new Set<string>();
  return drafted.filter(({ scope, id, attribute }) => {
    const keys = samplesOf(scope!, id).map((sample) => JSON.stringify([sample.id, attribute]));
    if (keys.some((key) => known.has(key))) return false;
    for (const key of keys) known.add(key);
    return true;
  });
}

function fromLabelError(
  { kind, id, other, attribute, recorded, suggested, margin, images }: Row,
  samplesOf: (scope: "sample" | "group", id: unknown) => readonly Sample[],
): LabelCorrection[] {
  const name = `${attribute}`, nats = Number(margin).toFixed(2);
  const correct = (scope: "sample" | "group", id: string, level: unknown, why: string): LabelCorrection[] => {
    const samples = samplesOf(scope, id), old = sharedValue(samples, name);
    if (old !== undefined) return [{ scope, id, attribute: name, old, new: `${level}`, why }];
    return samples.flatMap((sample) => { // a person of whom only the level is the same
      const own = sample.attributes[name];
      return own === undefined
        ? []
        : [{ scope: "sample", id: sample.id, attribute: name, old: own, new: `${level}`, why }];
    });
  };
  if (kind === "swap") {
    const why = (with_: unknown) => `predictions say that it is swapped with "${with_}", by ${nats} nats`;
    return [...correct("sample", `${id}`, suggested, why(other)), ...correct("sample", `${other}`, recorded, why(id))];
  }
  const why = `predictions say ${suggested}, by ${nats} nats${Number(images) > 1 ? ` over ${images} images` : ""}`;
  return correct(kind === "person" ? "group" : "sample", `${id}`, suggested, why);
}

/** The value that all samples have, if they have one. */
function sharedValue(samples: readonly Sample[], attribute: string): AttributeValue | undefined {
  const value = samples[0]!.attributes[attribute];
  return samples.every(({ attributes }) => attributes[attribute] === value) ? value : undefined;
}
