/**
 * Trackers by name, beside the lines of JSON that are always written.
 *
 * @module
 */
import { z } from "zod";
import { build, type Part, part, resolveSpec, type SpecOf } from "../core/parts.ts";
import { mlflow, type MlflowOptions } from "./mlflow.ts";
import type { NamedTracker } from "./place.ts";
import { tensorboard, type TensorboardOptions } from "./tensorboard.ts";
import type { Tracker, TrackerState } from "./tracker.ts";
import { wandb, type WandbOptions } from "./wandb.ts";

/** Every tracker, by the name that `--track` takes. */
export const TRACKERS: {
  readonly tensorboard: Part<TensorboardOptions, Tracker>;
  readonly mlflow: Part<MlflowOptions, Tracker>;
  readonly wandb: Part<WandbOptions, Tracker>;
} = {
  tensorboard: part(
    z.strictObject({
      folder: z.string().regex(/^(?!\.*$)[\w.-]+$/).default("tensorboard").describe(
        "Folder of the event files, within the run's.",
      ),
    }).describe("Event files in the run's folder, for tensorboard --logdir runs."),
    tensorboard,
  ),
  mlflow: part(
    z.strictObject({
      experiment: z.string().min(1).default("maskfold").describe(
        "The experiment that runs are listed under; it is made if it is missing.",
      ),
      uri: z.string().optional().describe(
        "The server's address (default: the variable MLFLOW_TRACKING_URI); a secret is taken from MLFLOW_TRACKING_TOKEN.",
      ),
      timeout: z.number().positive().default(10).describe("Seconds after which a request is given up."),
    }).describe("A tracking server of MLflow, by its REST interface."),
    (options) => mlflow(options),
  ),
  wandb: part(
    z.strictObject({
      project: z.string().min(1).default("maskfold").describe("The project that the run is uploaded to."),
    }).describe("An offline run of Weights & Biases in the run's folder, for wandb sync."),
    wandb,
  ),
};

/** A tracker's name and options. */
export type TrackerSpec = SpecOf<typeof TRACKERS>;

/**
 * Builds trackers from their specs.
 *
 * @param specs Names and options; each name once.
 * @throws {RangeError} If a name is unknown, or stands twice.
 * @throws {TypeError} If an option, or what a tracker needs of the environment, is wrong.
 */
export function buildTrackers(specs: readonly TrackerSpec[]): readonly NamedTracker[] {
  const twice = specs.find(({ name }, i) => specs.findIndex((other) => other.name === name) < i);
  if (twice) throw new RangeError(`Cannot track as each tracker may be named once: "${twice.name}" stands twice`);
  return specs.map((spec) => ({
    name: spec.name,
    spec: resolveSpec("tracker", TRACKERS, spec) as TrackerState,
    tracker: build("tracker", TRACKERS, spec),
  }));
}

/**
 * Reads trackers from text, as a flag has them: names with commas, or JSON of a spec or a list of specs.
 *
 * @param text As in `tensorboard,mlflow` or `{"name": "mlflow", "experiment": "faces"}`.
 * @returns The specs with all options.
 * @throws {RangeError | TypeError} As {@linkcode openTrack} does.
 * @throws {SyntaxError} If JSON is broken.
 */
export function parseTrackers(text: string): readonly TrackerSpec[] {
  const given: unknown = /^\s*[[{]/.test(text)
    ? JSON.parse(text)
    : text.split(",").filter((name) => name.trim() !== "");
  const specs = (Array.isArray(given) ? given : [given]).map((one) =>
    (typeof one === "string" ? { name: one.trim() } : one) as TrackerSpec
  );
  return buildTrackers(specs).map(({ spec }) => spec as TrackerSpec);
}
