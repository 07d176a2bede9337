/**
 * The chain from folds to a decision: which views are averaged, how members are joined, how probabilities are calibrated, and
 * by which offsets classes are decided for. Each part is plain JSON, learnt from some rows and applied to others.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Schema } from "../core/schema.ts";
import { attributeMarginals, combineAttributes } from "./attributes.ts";
import { applyCalibration, checkSameClasses } from "./calibrate.ts";
import type { Calibration } from "./calibration.ts";
import type { ChainRows } from "./chain_rows.ts";
import { ensemble } from "./ensemble.ts";
import { applyEnsemble, type FittedEnsemble } from "./fit_ensemble.ts";
import type { MeanSpec } from "./means.ts";
import { withoutLabels } from "./nested_rows.ts";
import type { Answer } from "./nested.ts";
import type { ClassOffsets } from "./offsets.ts";
import { decide } from "./submission.ts";

/** Which views are averaged in every member. */
export interface ViewsPart {
  /** Which part of the chain it is. */
  readonly part: "views";
  /** The views' names. */
  readonly names: readonly string[];
  /** A weight for each in the mean. */
  readonly weights: readonly number[];
}

/** How members are joined. */
export type EnsemblePart = {
  /** Which part of the chain it is. */
  readonly part: "ensemble";
} & EnsembleChoice;

/** The first member alone; a mean of all; one whose weights are fitted; or such weights for each attribute apart. */
export type EnsembleChoice =
  | { readonly by: "first" }
  | { readonly by: "mean"; readonly mean: MeanSpec }
  | { readonly by: "fit"; readonly fitted: FittedEnsemble }
  | { readonly by: "attributes"; readonly schema: Schema; readonly fitted: readonly FittedEnsemble[] };

/** How probabilities are calibrated. */
export interface CalibrationPart {
  /** Which part of the chain it is. */
  readonly part: "calibration";
  /** What `calibrate` returned. */
  readonly calibration: Calibration;
}

/** By which offsets classes are decided for. */
export interface OffsetsPart {
  /** Which part of the chain it is. */
  readonly part: "offsets";
  /** What `fitOffsets` returned. */
  readonly offsets: ClassOffsets;
}

/** A part of the chain: plain JSON. */
export type ChainPart = ViewsPart | EnsemblePart | CalibrationPart | OffsetsPart;

/** A fitted chain: plain JSON, all that is needed to apply it to what the same members say of other images. */
export interface Chain {
  /** Class names, by class number. */
  readonly classes: readonly string[];
  /** Number of members. */
  readonly members: number;
  /** Its parts, in the order in which they are applied. */
  readonly parts: readonly ChainPart[];
}

/**
 * Applies one part to rows, which have no labels.
 *
 * @throws {TypeError} If a view is missing, or members or classes are others than it was fitted for.
 */
export function applyPart(part: ChainPart, rows: ChainRows): ChainRows {
  switch (part.part) {
    case "views":
      return { ...rows, members: rows.members.map((views) => [averageViews(part, views)]) };
    case "ensemble":
      return { ...rows, members: [[{ name: "ensemble", probabilities: join(part, rows) }]] };
    case "calibration": {
      const { probabilities } = applyCalibration({ ...rows, probabilities: only(rows) }, part.calibration);
      return { ...rows, members: [[{ name: "calibrated", probabilities }]] };
    }
    case "offsets":
      return { ...rows, predicted: decide({ ...rows, probabilities: only(rows) }, { offsets: part.offsets }) };
  }
}

/**
 * Applies a chain to what its members say of any images.
 *
 * @param chain What was fitted.
 * @param rows The same members in the same order, with at least the views that the chain averages: from `chainRows`.
 * @returns Probabilities, and the classes decided for, in the order of the rows.
 * @throws {TypeError} If classes, members or views are not those of the chain.
 */
export function applyChain({ classes, members, parts }: Chain, rows: ChainRows): Answer {
  const attempt = "apply the chain";
  checkSameClasses(attempt, classes, rows.classes);
  if (rows.members.length !== members) {
    throw new TypeError(
      `Cannot ${attempt} as it was fitted with ${members} members: current number is ${rows.members.length}`,
    );
  }
  const done = parts.reduce((so, part) => applyPart(part, so), rows);
  const answer = { ids: done.ids, classes, probabilities: only(done) };
  return done.predicted ? { ...answer, predicted: done.predicted } : answer;
}

/** The probabilities of the only member's only view. */
function only({ members }: ChainRows): Float32Array {
  if (members.length === 1 && members[0]!.length > 0) return members[0]![0]!.probabilities;
  throw new TypeError(`Cannot go on in the chain as members must be joined before: there are ${members.length}`);
}

function averageViews({ names, weights }: ViewsPart, views: ChainRows["members"][number]) {
  const found = names.map((name) => {
    const view = views.find((view) => view.name === name);
    if (view) return view.probabilities;
    throw new TypeError(
      `Cannot average views as ${show(name)} is missing: present are ${
        views.map((view) => show(view.name)).join(", ")
      }`,
    );
  });
  if (found.length === 1) return { name: names[0]!, probabilities: found[0]! };
  const total = weights.reduce((a, b) => a + b, 0), sums = new Float32Array(found[0]!.length);
  const shares = weights.map((weight) => weight / total);
  for (let i = 0; i < sums.length; i++) {
    let sum = 0;
    for (let k = 0; k < found.length; k++) sum += shares[k]! * found[k]![i]!;
    sums[i] = sum;
  }
  return { name: "views", probabilities: sums };
}

function join(part: EnsemblePart, { ids, classes, members }: ChainRows): Float32Array {
  const all = members.map(([view]) => withoutLabels({ ids, classes, probabilities: view!.probabilities }));
  switch (part.by) {
    case "first":
      return all[0]!.probabilities;
    case "mean":
      return ensemble(all, { mean: part.mean }).probabilities;
    case "fit":
      return applyEnsemble(part.fitted, all).probabilities;
    case "attributes": {
      const { schema, fitted } = part;
      const joined = schema.attributes.map(({ name }, a) => {
        const marginals = all.map((member) => attributeMarginals(member, schema, name));
        return [name, applyEnsemble(fitted[a]!, marginals)] as const;
      });
      return combineAttributes(schema, Object.fromEntries(joined)).probabilities;
    }
  }
}
