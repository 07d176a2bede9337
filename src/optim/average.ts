/**
 * What an average of weights is: a second set of weights that follows the trained ones, and takes their place to predict.
 *
 * @module
 */
import { blend } from "../tensor/ops.ts";
import * as tf from "../tensor/tf.ts";
import type { Variable } from "../tensor/types.ts";
import type { ScheduleState } from "./schedule.ts";

/** Averages variables over the steps of a training; its slots are the average, and belong to it until `dispose`. */
export interface Averager {
  /** The average, by the variables' names, saved with a checkpoint. While swapped they are the trained values. */
  readonly slots: Readonly<Record<string, Variable>>;
  /**
   * Whether the average of the running statistics of batch norms says little of the averaged weights, so that after `swap`
   * they must be taken anew in a pass over training data, as PyTorch's `update_bn` does.
   */
  readonly needsStatistics: boolean;
  /**
   * Takes part in training: called after each step, while not swapped.
   *
   * @param variables The trained variables, those that the averager was made for among them.
   * @param state Where training stands; `step` counts the step that was just taken.
   */
  update(variables: Readonly<Record<string, Variable>>, state: ScheduleState): void;
  /**
   * Exchanges the values of variables and average, in place and without copying; a second call brings them back.
   *
   * @param variables As in `update`.
   */
  swap(variables: Readonly<Record<string, Variable>>): void;
  /** Frees the slots. */
  dispose(): void;
}

/**
 * Makes an averager for variables whose starting values are in place: those parameters that change, and running statistics
 * by their names among them.
 */
export type AveragerMaker = (variables: Readonly<Record<string, Variable>>) => Averager;

/** No average: what predicts is what was trained. */
export function none(): AveragerMaker {
  return () => ({ slots: {}, needsStatistics: false, update() {}, swap() {}, dispose() {} });
}

/** What makes an average this one. */
export interface AverageRule {
  /** As the averager has it. */
  readonly needsStatistics: boolean;
  /** Which share of the average stays at a step; undefined where the step does not count. */
  kept(state: ScheduleState): number | undefined;
}

/** Makes an average of its rule. */
export function makeAverager({ needsStatistics, kept }: AverageRule): AveragerMaker {
  return (variables) => {
    const slots = Object.fromEntries(
      Object.entries(variables).map(([name, variable]) =>
        [name, tf.tidy(() => tf.variable(tf.clone(variable), false))] as const
      ),
    );
    const pairs = (trained: Readonly<Record<string, Variable>>) =>
      Object.entries(slots).map(([name, slot]) => [slot, variableOf(trained, name)] as const);
    return {
      slots,
      needsStatistics,
      update(trained, state) {
        const keep = kept(state);
        if (keep === undefined) return;
        blend(pairs(trained).map(([target, source]) => ({ target, source, keep, take: 1 - keep })));
      },
      swap(trained) {
        tf.tidy(() => {
          for (const [slot, variable] of pairs(trained)) {
            const values = tf.clone(variable);
            variable.assign(slot);
            slot.assign(values);
          }
        });
      },
      dispose: () => tf.dispose(Object.values(slots)),
    };
  };
}

function variableOf(variables: Readonly<Record<string, Variable>>, name: string): Variable {
  const variable = variables[name];
  if (!variable) throw new Error(`Cannot average as there is no variable "${name}"`);
  return variable;
}
