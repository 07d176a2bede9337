/**
 * ArcFace: classes as directions, and a margin that an image must keep between its own and the others. Deng et al., 2019,
 * https://arxiv.org/abs/1801.07698
 *
 * @module
 */
import * as tf from "../../tensor/tf.ts";
import type { Tensor2D } from "../../tensor/types.ts";
import { drop, type HeadMaker } from "./head.ts";

/** Options of {@linkcode arcFace}. */
export interface ArcFaceHeadOptions {
  /** Factor on the cosines. */
  readonly scale: number;
  /** Angle by which an image must be nearer to its own class, in radians. */
  readonly margin: number;
  /** Share of the features set to zero in training. */
  readonly dropout: number;
}

/** Keeps the gradient of the sine finite where a feature points exactly along its class. */
const LEAST_SQUARED_SINE = 1e-7;

/**
 * Scaled cosines of the angles between features and classes; in training the own class's angle is larger by the margin,
 * and a soft target by its share of that. Beyond `pi - margin`, where a larger angle would have a larger cosine again, the
 * cosine goes on falling linearly, as in the authors' program.
 */
export function arcFace({ scale, margin, dropout }: ArcFaceHeadOptions): HeadMaker {
  const limit = Math.cos(Math.PI - margin), fall = Math.sin(Math.PI - margin) * margin;
  return (layers, name, { features, classes }) => {
    const weight = layers.matrix(name, { inputs: features, outputs: classes });
    return {
      apply(x, options) {
        const [logits, withMargin] = tf.tidy(() => {
          const cosine = tf.matMul(unit(drop(x, dropout, options), 1), unit(weight, 0));
          const logits = tf.mul(cosine, scale);
          if (!options.training || !options.targets) return [logits];
          const sine = tf.sqrt(tf.maximum(tf.sub(1, tf.square(cosine)), LEAST_SQUARED_SINE));
          const turned = tf.sub(tf.mul(cosine, Math.cos(margin)), tf.mul(sine, Math.sin(margin)));
          const within = tf.step(tf.sub(cosine, limit)); // of the comparisons only this has a gradient, of zero
          const own = tf.add(tf.mul(within, turned), tf.mul(tf.sub(1, within), tf.sub(cosine, fall)));
          return [logits, tf.mul(tf.add(cosine, tf.mul(options.targets, tf.sub(own, cosine))), scale)];
        }) as [Tensor2D, Tensor2D?];
        return { logits, ...(withMargin && { lossLogits: [withMargin] }) };
      },
    };
  };
}

function unit(x: Tensor2D, axis: number): Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), axis, true), 1e-12)));
}
