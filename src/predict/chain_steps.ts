/**
 * The steps of the chain, each with the choices that stand open: test-time augmentation, ensemble, calibration and offsets.
 *
 * @module
 */
import type { Schema } from "../core/schema.ts";
import { attributeMarginals } from "./attributes.ts";
import { calibrate } from "./calibrate.ts";
import { CALIBRATIONS, type CalibrationSpec } from "./calibrations.ts";
import type { ChainPart, EnsembleChoice, ViewsPart } from "./chain.ts";
import { type ChainRows, memberPredictions, type Truth } from "./chain_rows.ts";
import type { Objective } from "./fit_data.ts";
import { type EnsembleFitSpec, fitEnsemble } from "./fit_ensemble.ts";
import type { MeanSpec } from "./means.ts";
import { fitOffsets, type FitOffsetsOptions } from "./offsets.ts";
import { chooseViews } from "./views_choice.ts";

/** A way to take a step. */
export interface ChainChoice {
  /** What it is called. */
  readonly name: string;
  /** Whether labels have a say in it. */
  readonly fitted: boolean;
  /** Learns a part of the chain from rows and what they are judged by; it is called once for each part that is judged. */
  readonly fit: (rows: ChainRows, truth: Truth) => ChainPart;
}

/** A step of the chain. */
export interface ChainStep {
  /** What it is called. */
  readonly name: string;
  /** The ways to take it with such rows; none where there is nothing to choose. */
  readonly choices: (rows: ChainRows) => readonly ChainChoice[];
  /** What stands in the chain where the step is left out. */
  readonly otherwise?: (rows: ChainRows) => ChainPart;
  /** What it is to better: macro F1, or log loss where macro F1 surely does not fall. */
  readonly objective: Objective;
}

/** Views that are averaged as they are, without a choice among them. */
export interface ViewSet {
  /** What the set is called. */
  readonly name: string;
  /** The views' names. */
  readonly names: readonly string[];
  /** A weight for each; equal by default. */
  readonly weights?: readonly number[];
}

/** What the steps choose from. */
export interface ChainStepsOptions {
  /** The attributes; where there are several, members may be joined for each of them apart. */
  readonly schema?: Schema;
  /** Sets of views to try beside those that are chosen. */
  readonly viewSets?: readonly ViewSet[];
  /** Whether views are chosen greedily from all that there are; true by default. */
  readonly chooseViews?: boolean;
  /** Seed of what is drawn by chance. */
  readonly seed: number | string;
}

/**
 * The steps: views, ensemble, calibration, offsets.
 *
 * @param options What they choose from.
 * @returns The steps in order.
 */
export function chainSteps(options: ChainStepsOptions): ChainStep[] {
  return [viewsStep(options), ensembleStep(options), calibrationStep(), offsetsStep(options)];
}

/** Averages views of each image. */
function viewsStep({ viewSets = [], chooseViews: choose = true }: ChainStepsOptions): ChainStep {
  const fixed = ({ name, names, weights = names.map(() => 1) }: ViewSet): ChainChoice => ({
    name,
    fitted: false,
    fit: () => ({ part: "views", names, weights }),
  });
  const chosen = (objective: Objective): ChainChoice => ({
    name: `chosen for ${objective === "logLoss" ? "log loss" : "macro F1"}`,
    fitted: true,
    fit: (rows, truth) => pickViews(rows, truth, objective),
  });
  return {
    name: "TTA",
    choices: ({ members }) => {
      const names = members[0]!.map(({ name }) => name);
      if (names.length < 2) return [];
      const sets = viewSets.filter((set) => set.names.length > 1);
      return [
        ...sets.map(fixed),
        ...choose ? [fixed({ name: "all views", names }), chosen("logLoss"), chosen("macroF1")] : [],
      ];
    },
    otherwise: ({ members }) => ({ part: "views", names: [members[0]![0]!.name], weights: [1] }),
    objective: "macroF1",
  };
}

/** The views whose mean is best for members on average: every member's rows count as rows of their own. */
function pickViews({ ids, classes, members }: ChainRows, { labels }: Truth, objective: Objective): ViewsPart {
  const size = ids.length * classes.length, all = new Int32Array(members.length * labels.length);
  members.forEach((_, m) => all.set(labels, m * labels.length));
  const views = members[0]!.map(({ name }, v) => {
    const probabilities = new Float32Array(members.length * size);
    members.forEach((own, m) => probabilities.set(own[v]!.probabilities, m * size));
    return { name, probabilities };
  });
  const rows = chooseViews({
    ids: members.flatMap((_, m) => ids.map((id) => `${m}/${id}`)),
    classes,
    labels: all,
    probabilities: views[0]!.probabilities,
    views,
  }, { objective });
  const { views: names } = rows.find(({ chosen }) => chosen)!;
  return { part: "views", names, weights: names.map(() => 1) };
}

/** Joins the members. */
function ensembleStep({ schema }: ChainStepsOptions): ChainStep {
  const mean = (name: "arithmetic" | "geometric", title: string): ChainChoice => ({
    name: title,
    fitted: false,
    fit: () => ensemblePart({ by: "mean", mean: { name } as MeanSpec }),
  });
  const fitted = (title: string, objective: Objective, method: EnsembleFitSpec): ChainChoice => ({
    name: title,
    fitted: true,
    fit: (rows, truth) =>
      ensemblePart({ by: "fit", fitted: fitEnsemble(memberPredictions(rows, truth), { objective, method }) }),
  });
  const apart = (schema: Schema): ChainChoice => ({
    name: "weights for each attribute",
    fitted: true,
    fit: (rows, truth) => {
      const members = memberPredictions(rows, truth);
      const method = { name: "simplex" } as const;
      const fitted = schema.attributes.map(({ name }) =>
        fitEnsemble(members.map((member) => attributeMarginals(member, schema, name)), { objective: "logLoss", method })
      );
      return ensemblePart({ by: "attributes", schema, fitted });
    },
  });
  return {
    name: "ensemble",
    choices: ({ members }) =>
      members.length < 2 ? [] : [
        mean("arithmetic", "mean"),
        mean("geometric", "geometric mean"),
        fitted("weights for log loss", "logLoss", { name: "simplex" }),
        fitted("greedy for macro F1", "macroF1", { name: "greedy" }),
        fitted("stacking", "logLoss", { name: "stacking" }),
        ...schema && schema.attributes.length > 1 ? [apart(schema)] : [],
      ],
    otherwise: () => ensemblePart({ by: "first" }),
    objective: "macroF1",
  };
}

function ensemblePart(choice: EnsembleChoice): ChainPart {
  return { part: "ensemble", ...choice };
}

/** Makes probabilities come true as often as they say. */
function calibrationStep(): ChainStep {
  return {
    name: "calibration",
    choices: () =>
      Object.keys(CALIBRATIONS).map((name): ChainChoice => ({
        name,
        fitted: true,
        fit: (rows, truth) => ({
          part: "calibration",
          calibration: calibrate(memberPredictions(rows, truth)[0]!, { name } as CalibrationSpec),
        }),
      })),
    objective: "logLoss",
  };
}

/** Decides for macro F1. */
function offsetsStep({ seed }: ChainStepsOptions): ChainStep {
  const choice = (name: string, optionsOf: (groups: readonly string[]) => FitOffsetsOptions): ChainChoice => ({
    name,
    fitted: true,
    fit: (rows, truth) => ({
      part: "offsets",
      offsets: fitOffsets(memberPredictions(rows, truth)[0]!, optionsOf(truth.groups)),
    }),
  });
  return {
    name: "offsets",
    choices: () => [
      choice("fitted to all", () => ({})),
      choice("mean of halves", (groups) => ({ halves: { groups, seed } })),
    ],
    objective: "macroF1",
  };
}
