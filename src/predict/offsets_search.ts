/**
 * The search for class offsets: coordinate ascent over the places at which an offset changes a decision.
 *
 * @module
 */

/** What an offset may be, and what it costs. */
export interface OffsetCost {
  /** Macro F1 that the mean square of the offsets costs, a square nat. */
  readonly penalty: number;
  /** The largest offset either way, in nats. */
  readonly limit: number;
}

/** Rounds over all classes; each betters the objective, and in practice a handful exhausts it. */
const ROUNDS = 50;

/** How far from the place where a decision changes an offset is set, in nats, where there is room. */
const MARGIN = 0.01;

/** What a step must gain in the objective: less would not show, and many a round would go into it. */
const LEAST_GAIN = 1e-6;

/** Places where decisions change that are nearer to each other than this count as one, as rounding might confuse them. */
const APART = 1e-9;

/**
 * Finds the offsets of highest macro F1 less the penalty, starting from none: class by class, each span of offsets within
 * which decisions are the same is tried, until no class betters the whole.
 *
 * @param logs Log-probabilities `[N, C]`, in nats.
 * @param labels True classes `[N]`.
 * @param classes Number of classes C.
 * @returns The offsets `[C]`, in nats.
 */
export function searchOffsets(
  logs: Float64Array,
  labels: Int32Array,
  classes: number,
  { penalty, limit }: OffsetCost,
): Float64Array {
  const offsets = new Float64Array(classes), leaders = leadersOf(offsets, logs, labels.length);
  const cost = (offset: number) => penalty * offset * offset / classes; // the other classes' share stays as it is
  for (let round = 0; round < ROUNDS; round++) {
    let better = false;
    for (let c = 0; c < classes; c++) {
      const current = offsets[c]!;
      let best = macroF1Of(leaders.first, labels, classes) - cost(current) + LEAST_GAIN, place = current;
      for (const { low, high, macroF1 } of spansOf(c, offsets, logs, labels, leaders, limit)) {
        if (high - low < APART || macroF1 < best) continue;
        const tried = nearestToZero(low, high), value = macroF1 - cost(tried);
        if (value > best) [best, place] = [value, tried];
      }
      if (place === current) continue;
      better = true;
      offsets[c] = place;
      rank(leaders, offsets, logs);
    }
    if (!better) break;
  }
  return offsets;
}

/**
 * Macro F1 of what is decided with offsets, ties included.
 *
 * @param offsets Offsets `[C]`, in nats.
 * @param logs Log-probabilities `[N, C]`, in nats.
 * @param labels True classes `[N]`.
 * @returns Macro F1, 0..1.
 */
export function macroF1At(offsets: Float64Array, logs: Float64Array, labels: Int32Array): number {
  return macroF1Of(leadersOf(offsets, logs, labels.length).first, labels, offsets.length);
}

function macroF1Of(decided: Int32Array, labels: Int32Array, classes: number): number {
  const counts = noCounts(classes);
  for (let i = 0; i < labels.length; i++) {
    counts.support[labels[i]!]!++;
    count(counts, decided[i]!, labels[i]!, 1);
  }
  return meanF1(counts);
}

/** The classes of the highest and second highest sum of log-probability and offset in each row; of equal ones the first. */
interface Leaders {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

function leadersOf(offsets: Float64Array, logs: Float64Array, rows: number): Leaders {
  const leaders = { first: new Int32Array(rows), second: new Int32Array(rows) };
  rank(leaders, offsets, logs);
  return leaders;
}

/** Fills in the leaders. */
function rank({ first, second }: Leaders, offsets: Float64Array, logs: Float64Array): void {
  const C = offsets.length;
  for (let i = 0; i < first.length; i++) {
    let highest = -Infinity, next = -Infinity, a = 0, b = 0;
    for (let c = 0; c < C; c++) {
      const value = logs[i * C + c]! + offsets[c]!;
      if (value > highest) [next, b, highest, a] = [highest, a, value, c];
      else if (value > next) [next, b] = [value, c];
    }
    first[i] = a;
    second[i] = b;
  }
}

/** A span of offsets of one class within which all decisions, and so macro F1, are the same. */
interface Span {
  readonly low: number;
  readonly high: number;
  readonly macroF1: number;
}

/** The spans of -limit..limit, ascending, with the other classes' offsets as they are. */
function spansOf(
  c: number,
  offsets: Float64Array,
  logs: Float64Array,
  labels: Int32Array,
  { first, second }: Leaders,
  limit: number,
): Span[] {
  const C = offsets.length, counts = noCounts(C);
  const places = new Float64Array(labels.length), rivals = new Int32Array(labels.length);
  const between: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    const rival = first[i] === c ? second[i]! : first[i]!;
    const place = logs[i * C + rival]! + offsets[rival]! - logs[i * C + c]!; // from here on it is decided for the class
    places[i] = place;
    rivals[i] = rival;
    if (place > -limit && place < limit) between.push(i);
    counts.support[labels[i]!]!++;
    count(counts, place <= -limit ? c : rival, labels[i]!, 1);
  }
  const order = Int32Array.from(between).sort((a, b) => places[a]! - places[b]!);
  const spans: Span[] = [];
  let low = -limit;
  for (let k = 0; k < order.length;) {
    const place = places[order[k]!]!;
    spans.push({ low, high: place, macroF1: meanF1(counts) });
    for (; k < order.length && places[order[k]!] === place; k++) {
      const i = order[k]!;
      count(counts, rivals[i]!, labels[i]!, -1);
      count(counts, c, labels[i]!, 1);
    }
    low = place;
  }
  spans.push({ low, high: limit, macroF1: meanF1(counts) });
  return spans;
}

interface Counts {
  readonly support: Int32Array;
  readonly predicted: Int32Array;
  readonly right: Int32Array;
}

function noCounts(classes: number): Counts {
  return { support: new Int32Array(classes), predicted: new Int32Array(classes), right: new Int32Array(classes) };
}

function count({ predicted, right }: Counts, decided: number, label: number, by: number): void {
  predicted[decided]! += by;
  if (decided === label) right[label]! += by;
}

/** Macro F1 as `macroF1` of the metrics has it, over the classes that occur or are decided for. */
function meanF1({ support, predicted, right }: Counts): number {
  let sum = 0, present = 0;
  for (let c = 0; c < support.length; c++) {
    const size = support[c]! + predicted[c]!;
    if (size === 0) continue;
    sum += 2 * right[c]! / size;
    present++;
  }
  return sum / present;
}

/** The place within a span that is nearest to 0, but away from its ends. */
function nearestToZero(low: number, high: number): number {
  const margin = Math.min(MARGIN, (high - low) / 2);
  return Math.min(Math.max(0, low + margin), high - margin);
}

/**
 * The class of the highest sum of log-probability and offset in each row; of several equal ones the first.
 *
 * @param offsets Offsets `[C]`, in nats.
 * @param logs Log-probabilities `[N, C]`, in nats.
 * @param rows Number of rows N.
 * @returns Class numbers `[N]`.
 */
export function highestOf(offsets: Float64Array, logs: Float64Array, rows: number): Int32Array {
  return leadersOf(offsets, logs, rows).first;
}
