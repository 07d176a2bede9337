/**
 * Which images were predicted wrong, how surely, and in what: by attribute, and by a number such as the age.
 *
 * @module
 */
import { list } from "../core/check.ts";
import { type Dataset, type Predictions, type Sample, UNKNOWN_LABEL } from "../core/records.ts";
import { decodeLabel } from "../core/schema.ts";
import { type DataFrame, makeFrame } from "../frame/mod.ts";

/** A labelled image and what was predicted. */
interface Judged {
  readonly sample: Sample;
  readonly label: number;
  readonly predicted: number;
  /** Probabilities of the predicted and of the true class, 0..1. */
  readonly confidence: number;
  readonly given: number;
}

/**
 * Lists the images predicted wrong, the most confident mistake first.
 *
 * @param predictions Probabilities of N images, best out-of-fold ones.
 * @param dataset The images; those without a label are left out. Labels are the data set's.
 * @returns A row a mistake: its `id`; its `group`; the `true` and the `predicted` class; the probability of the predicted
 * class, `confidence`, and by how much that is more than the true class's, `margin`; `wrong`, the attributes predicted wrong,
 * with commas; and a column for each number among the attributes.
 * @throws {RangeError} If an id is not in the data set, or nothing is labelled.
 * @throws {TypeError} If the classes are not the data set's.
 */
export async function findMistakes(predictions: Predictions, dataset: Dataset): Promise<DataFrame> {
  const { attributes, classes } = dataset.schema;
  const rows = judge("find mistakes", predictions, dataset).filter(({ label, predicted }) => label !== predicted)
    .toSorted((a, b) => b.confidence - a.confidence || (a.sample.id < b.sample.id ? -1 : 1));
  const wrong = rows.map((row) => {
    const differs = wrongIn(row, dataset);
    return attributes.filter((_, place) => differs[place]).map(({ name }) => name).join(", ");
  });
  const numbers = attributes.filter(({ cuts }) => cuts).map(({ name }) => name);
  return await makeFrame({
    id: rows.map(({ sample }) => sample.id),
    group: rows.map(({ sample }) => sample.group),
    true: rows.map(({ label }) => classes[label]!),
    predicted: rows.map(({ predicted }) => classes[predicted]!),
    confidence: Float32Array.from(rows, ({ confidence }) => confidence),
    margin: Float32Array.from(rows, ({ confidence, given }) => confidence - given),
    wrong,
    ...Object.fromEntries(numbers.map((name) => [name, rows.map(({ sample }) => numberOf(sample, name) ?? null)])),
  });
}

/** How often an attribute is predicted wrong. */
export interface AttributeMistakes {
  /** The attribute. */
  readonly attribute: string;
  /** Images with this attribute predicted wrong. */
  readonly mistakes: number;
  /** Their share of all labelled images, 0..1. */
  readonly share: number;
  /** Their share of the images whose class is predicted wrong, 0..1; over the attributes more than 1 in all, as some are wrong in several. */
  readonly ofMistakes: number;
  /** Images with this attribute alone predicted wrong. */
  readonly alone: number;
}

/**
 * Counts the mistakes in each attribute.
 *
 * @param predictions Probabilities of N images.
 * @param dataset The images; those without a label are left out.
 * @returns A row an attribute, in the schema's order.
 * @throws {RangeError} If an id is not in the data set, or nothing is labelled.
 * @throws {TypeError} If the classes are not the data set's.
 */
export function mistakesByAttribute(predictions: Predictions, dataset: Dataset): readonly AttributeMistakes[] {
  const judged = judge("count mistakes", predictions, dataset);
  const wrong = judged.map((row) => wrongIn(row, dataset)).filter((differs) => differs.includes(true));
  return dataset.schema.attributes.map(({ name }, place) => {
    const here = wrong.filter((differs) => differs[place]);
    return {
      attribute: name,
      mistakes: here.length,
      share: here.length / judged.length,
      ofMistakes: wrong.length === 0 ? 0 : here.length / wrong.length,
      alone: here.filter((differs) => differs.filter(Boolean).length === 1).length,
    };
  });
}

/** How often images of one value of a number are predicted wrong. */
export interface NumberMistakes {
  /** The number, in whole units: years of age. */
  readonly value: number;
  /** Labelled images with it. */
  readonly images: number;
  /** Of those, images predicted wrong. */
  readonly mistakes: number;
  /** Their share, 0..1. */
  readonly share: number;
  /** Lower end of the share's 95 % interval. */
  readonly low: number;
  /** Upper end of it. */
  readonly high: number;
}

/** What is counted by number. */
export interface NumberMistakesOptions {
  /** The attribute that is a number; the schema's first that is cut into levels by default. */
  readonly attribute?: string;
  /** Whether only a wrong level of that attribute counts, as any wrong class does by default. */
  readonly only?: boolean;
}

/** The normal distribution's quantile of 97.5 %. */
const Z = 1.959963984540054;

/**
 * Counts the mistakes at each value of a number, with Wilson's interval. Images of a person are alike, so that it is too
 * narrow where persons have several. Wilson, 1927, https://doi.org/10.1080/01621459.1927.10502953
 *
 * @param predictions Probabilities of N images.
 * @param dataset The images; those without a label or the number are left out. Numbers are rounded down.
 * @param options Which number.
 * @returns A row a value that occurs, rising.
 * @throws {RangeError} If no attribute is such a number, an id is not in the data set, or nothing is labelled.
 * @throws {TypeError} If the classes are not the data set's.
 */
export function mistakesByNumber(
  predictions: Predictions,
  dataset: Dataset,
  { attribute, only = false }: NumberMistakesOptions = {},
): readonly NumberMistakes[] {
  const attempt = "count mistakes by number", { attributes } = dataset.schema;
  const numeric = attributes.filter(({ cuts }) => cuts), name = attribute ?? numeric[0]?.name;
  if (name === undefined || !numeric.some((one) => one.name === name)) {
    throw new RangeError(
      `Cannot ${attempt} as the attribute must be one that is cut from a number, of which there are ` +
        `${list(numeric.map((one) => one.name)) || "none"}: current value is ${name ?? "none"}`,
    );
  }
  const place = attributes.findIndex((one) => one.name === name);
  const rows = judge(attempt, predictions, dataset).flatMap((row) => {
    const number = numberOf(row.sample, name);
    return number === undefined ? [] : [{ row, value: Math.floor(number) }];
  });
  return [...Map.groupBy(rows, ({ value }) => value)].toSorted(([a], [b]) => a - b).map(([value, members]) => {
    const mistakes = members.filter(({ row }) => {
      const differs = wrongIn(row, dataset);
      return only ? differs[place] : differs.includes(true);
    }).length;
    return {
      value,
      images: members.length,
      mistakes,
      share: mistakes / members.length,
      ...wilson(mistakes, members.length),
    };
  });
}

/** Wilson's 95 % interval of a share. */
function wilson(hits: number, count: number): { readonly low: number; readonly high: number } {
  const share = hits / count, square = Z * Z / count;
  const middle = (share + square / 2) / (1 + square);
  const half = Z / (1 + square) * Math.sqrt(share * (1 - share) / count + square / (4 * count));
  return { low: hits === 0 ? 0 : middle - half, high: hits === count ? 1 : middle + half };
}

function numberOf({ attributes }: Sample, name: string): number | undefined {
  const value = attributes[name];
  return typeof value === "number" ? value : undefined;
}

/** Which attributes are predicted wrong. */
function wrongIn({ label, predicted }: Judged, { schema }: Dataset): boolean[] {
  const other = decodeLabel(schema, predicted);
  return decodeLabel(schema, label).map((level, place) => level !== other[place]);
}

/** The labelled samples with what is predicted of them; of equal probabilities the first class is. */
function judge(attempt: string, { ids, classes, probabilities }: Predictions, { schema, samples }: Dataset): Judged[] {
  if (classes.length !== schema.classes.length || classes.some((name, c) => name !== schema.classes[c])) {
    throw new TypeError(
      `Cannot ${attempt} as the predictions' classes must be the data set's, ${
        list(schema.classes)
      }: current classes ` +
        `are ${list(classes)}`,
    );
  }
  const byId = new Map(samples.map((sample) => [sample.id, sample])), width = classes.length;
  const judged = ids.flatMap((id, i): Judged[] => {
    const sample = byId.get(id);
    if (!sample) {
      throw new RangeError(`Cannot ${attempt} as every prediction must be of a sample of the data set: "${id}" is not`);
    }
    const { label } = sample, row = probabilities.subarray(i * width, (i + 1) * width);
    if (label === UNKNOWN_LABEL) return [];
    const predicted = row.indexOf(row.reduce((a, b) => Math.max(a, b)));
    return [{ sample, label, predicted, confidence: row[predicted]!, given: row[label]! }];
  });
  if (judged.length === 0) throw new RangeError(`Cannot ${attempt} as no sample with a prediction has a label`);
  return judged;
}
