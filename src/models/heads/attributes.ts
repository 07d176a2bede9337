/**
 * Heads that know the classes' attributes: one part an attribute, and a number beside the class.
 *
 * @module
 */
import * as tf from "../../tensor/tf.ts";
import type { Tensor1D, Tensor2D } from "../../tensor/types.ts";
import type { Layers } from "../layers.ts";
import { drop, type Head, type HeadMaker, type HeadSizes } from "./head.ts";

/** Options of {@linkcode attributes}. */
export interface AttributesHeadOptions {
  /** Share of the features set to zero in training. */
  readonly dropout: number;
}

/**
 * A linear layer to the levels of each attribute; a class's score is the sum of its levels' scores, so that its probability
 * is the product of theirs. A rare class is then learned from all that share a level with it.
 */
export function attributes({ dropout }: AttributesHeadOptions): HeadMaker {
  return (layers, name, sizes) => {
    const scores = productScores(layers, name, sizes);
    return { apply: (x, options) => ({ logits: scores(drop(x, dropout, options)) }) };
  };
}

/** Options of {@linkcode multiTask}. */
export interface MultiTaskHeadOptions {
  /** What the classes' scores come from: one linear layer, or one an attribute. */
  readonly by: "classes" | "attributes";
  /** The attribute whose number is learned beside the class. */
  readonly attribute: string;
  /** Factor on that number's loss. */
  readonly weight: number;
  /** Share of the features set to zero in training. */
  readonly dropout: number;
}

/** Classes, and one number beside them (a person's age), from the same features. */
export function multiTask({ by, attribute, weight, dropout }: MultiTaskHeadOptions): HeadMaker {
  return (layers, name, sizes): Head => {
    const scores = by === "classes"
      ? layers.linear(`${name}.classes`, sizes.features, sizes.classes)
      : productScores(layers, `${name}.levels`, sizes);
    const number = layers.linear(`${name}.${attribute}`, sizes.features, 1);
    return {
      regression: { attribute, weight },
      apply(x, options) {
        const seen = drop(x, dropout, options);
        return { logits: scores(seen), value: tf.tidy(() => tf.reshape(number(seen), [-1])) as Tensor1D };
      },
    };
  };
}

/** Class scores as sums of the scores of the classes' levels. */
function productScores(layers: Layers, name: string, { features, classes, levels }: HeadSizes) {
  const total = levels.reduce((sum, n) => sum + n, 0);
  const last = layers.linear(name, features, total);
  const members = levelMembers(levels, classes);
  return (x: Tensor2D): Tensor2D => tf.tidy(() => tf.matMul(last(x), tf.tensor2d(members, [total, classes])));
}

/** Which levels each class has: ones and zeros `[levels of all attributes, C]`. */
function levelMembers(levels: readonly number[], classes: number): Float32Array {
  const members = new Float32Array(levels.reduce((sum, n) => sum + n, 0) * classes);
  let first = 0, span = classes;
  for (const count of levels) {
    span /= count;
    for (let c = 0; c < classes; c++) members[(first + Math.floor(c / span) % count) * classes + c] = 1;
    first += count;
  }
  return members;
}
