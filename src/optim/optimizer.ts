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

/** Weight decay, as every optimizer has it. */
export interface DecayOptions {
  /** Strength of the decay; 0 for none. */
  readonly weightDecay: number;
  /** Whether biases, norms and other vectors decay too; not unless given. */
  readonly decayVectors?: boolean;
}

/** A parameter in a step. */
export interface Update<K extends string> {
  /** What is trained. */
  readonly param: Variable;
  /** Its gradient. */
  readonly gradient: Tensor;
  /** What the optimizer keeps of it, by kind. */
  readonly slots: Readonly<Record<K, Variable>>;
  /** Its weight decay; 0 for none. */
  readonly weightDecay: number;
}

/** What makes an optimizer this one. */
export interface Rule<K extends string> {
  /** Kinds of slots, each with its first value for a parameter. */
  readonly slots: Readonly<Record<K, (param: Variable) => Tensor>>;
  /** Changes parameters that have one learning rate; called within `tf.tidy`. */
  step(updates: readonly Update<K>[], options: { readonly lr: number; readonly step: number }): void;
}

/** The first value of most slots. */
export function zeros({ shape }: Variable): Tensor {
  return tf.zeros(shape);
}

/** Makes an optimizer of its rule: the slots are called `NAME.kind`, and parameters with one learning rate go together. */
export function makeOptimizer<K extends string>(
  { slots: kinds, step: takeStep }: Rule<K>,
  { weightDecay, decayVectors = false }: DecayOptions,
): OptimizerMaker {
  return (params, { rates = {} } = {}) => {
    const groups = new Map<number, { readonly name: string; readonly update: Omit<Update<K>, "gradient"> }[]>();
    const slots: Record<string, Variable> = {};
    for (const [name, param] of Object.entries(params)) {
      const rate = rates[name] ?? 1;
      if (rate === 0) continue;
      const own = {} as Record<K, Variable>;
      for (const kind of Object.keys(kinds) as K[]) {
        own[kind] = slots[`${name}.${kind}`] = tf.tidy(() => tf.variable(kinds[kind](param), false));
      }
      const decays = decayVectors || param.rank > 1; // vectors are biases, and scales and shifts of norms
      if (!groups.has(rate)) groups.set(rate, []);
      groups.get(rate)!.push({ name, update: { param, slots: own, weightDecay: decays ? weightDecay : 0 } });
    }
    return {
      slots,
      apply(gradients, { lr, step }) {
        for (const [rate, group] of groups) {
          const updates = group.map(({ name, update }) => ({ ...update, gradient: gradientOf(gradients, name) }));
          tf.tidy(() => takeStep(updates, { lr: lr * rate, step }));
        }
      },
      dispose: () => tf.dispose(Object.values(slots)),
    };
  };
}

function gradientOf(gradients: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const gradient = gradients[name];
  if (!gradient) throw new Error(`Cannot step as parameter "${name}" has no gradient`);
  return gradient;
}

/** The gradient with weight decay coupled to it, as a penalty on the squared weights has it: `g + weightDecay * w`. */
export function penalised({ param, gradient, weightDecay }: Update<string>): Tensor {
  return weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(param, weightDecay));
}
