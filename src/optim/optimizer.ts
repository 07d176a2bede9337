/**
 * What an optimizer is, and what all of them do alike.
 *
 * @module
 */
import * as tf from "../tensor/tf.ts";
import type { Tensor, Variable } from "../tensor/types.ts";

/** Changes variables by their gradients; its slots are its memory, by name, and belong to it until `dispose`. */
export interface Optimizer {
  /** State tensors by name, saved with a checkpoint. */
  readonly slots: Readonly<Record<string, Variable>>;
  /**
   * Takes one step.
   *
   * @param gradients By the parameters' names.
   * @param options The learning rate, and the step that is taken, counted from 1.
   */
  apply(gradients: Readonly<Record<string, Tensor>>, options: { readonly lr: number; readonly step: number }): void;
  /** Frees the slots. */
  dispose(): void;
}

/** What an optimizer is told of its parameters. */
export interface OptimizerGroups {
  /** Factors on the learning rate by name, 1 unless given; parameters with 0 do not change and have no slots. */
  readonly rates?: Readonly<Record<string, number>>;
}

/** Makes an optimizer for the parameters given. */
export type OptimizerMaker = (params: Readonly<Record<string, Variable>>, groups?: OptimizerGroups) => Optimizer;

/** Parameters that change, with their names, by the factor on their learning rate. */
export type RateGroups = ReadonlyMap<number, readonly (readonly [name: string, param: Variable])[]>;

/** Sorts parameters by the factor on their learning rate; those with 0 are in no group. */
export function rateGroups(
  params: Readonly<Record<string, Variable>>,
  rates: Readonly<Record<string, number>>,
): RateGroups {
  const groups = new Map<number, (readonly [string, Variable])[]>();
  for (const entry of Object.entries(params)) {
    const rate = rates[entry[0]] ?? 1;
    if (rate === 0) continue;
    if (!groups.has(rate)) groups.set(rate, []);
    groups.get(rate)!.push(entry);
  }
  return groups;
}

/** Slots of zeros, one for each parameter that changes: `NAME.kind`. */
export function zeros(groups: RateGroups, kind: string): Record<string, Variable> {
  return Object.fromEntries(
    [...groups.values()].flat().map(([name, { shape }]) =>
      [`${name}.${kind}`, tf.tidy(() => tf.variable(tf.zeros(shape), false))] as const
    ),
  );
}

/** Whether weight decay concerns a parameter: the weights of convolutions and linear layers, not biases and norms. */
export function decayed(param: Variable): boolean {
  return param.rank > 1;
}

/** A parameter's gradient. */
export function gradientOf(gradients: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const gradient = gradients[name];
  if (!gradient) throw new Error(`Cannot step as parameter "${name}" has no gradient`);
  return gradient;
}
