/**
 * One step of a game: the discriminator's update, then the generator's.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import type { Averager, Optimizer, ScheduleState } from "../optim/mod.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { AdversarialLoss } from "./adversarial.ts";
import type { DiffAugment } from "./diff_augment.ts";
import type { Discriminator } from "./discriminator.ts";
import { drawNoise, type Generator } from "./generator.ts";
import { gradientsOf } from "./gradients.ts";
import type { Penalty } from "./penalties.ts";

/** What takes part in a step. */
export interface GanStepParts {
  /** Changed by the step. */
  readonly generator: Generator;
  /** Changed by the step. */
  readonly discriminator: Discriminator;
  /** The generator's and the discriminator's. */
  readonly optimizers: { readonly generator: Optimizer; readonly discriminator: Optimizer };
  /** What both lower. */
  readonly loss: AdversarialLoss;
  /** On the discriminator's slope. */
  readonly penalty: Penalty;
  /** What the discriminator sees images through. */
  readonly augment: DiffAugment;
  /** The generator's weights that are kept. */
  readonly averager?: Averager;
}

/** Real images of a step. */
export interface RealBatch {
  /** Images `[B, H, W, 3]`, RGB from -1 to 1. */
  readonly x: Tensor4D;
  /** Their classes, one-hot `[B, C]`; the generated images are of the same. */
  readonly targets: Tensor2D;
}

/** The figures of a step, in the order of {@linkcode takeGanStep}'s. */
export const STEP_FIGURES = [
  "discriminatorLoss",
  "generatorLoss",
  "realScore",
  "fakeScore",
  "discriminatorAccuracy",
  "penalty",
] as const satisfies readonly (keyof GanFigures)[];

/** What a step came to. */
export interface GanFigures {
  /** The discriminator's loss, without the penalty. */
  readonly discriminatorLoss: number;
  /** The generator's loss. */
  readonly generatorLoss: number;
  /** The discriminator's mean score of real images. */
  readonly realScore: number;
  /** Its mean score of generated images. */
  readonly fakeScore: number;
  /** The share of images of both kinds that it told right, 0..1. */
  readonly discriminatorAccuracy: number;
  /** The penalty on its slope; 0 if it was not due. */
  readonly penalty: number;
}

/**
 * Takes a step. The discriminator's is on the real images and as many generated ones of the same classes, the penalty added
 * where it is due; the generator's is on new noise, judged by the discriminator as it then is. Batch norms see real and
 * generated images apart, as in the paper's code.
 *
 * @param batch Real images; the caller's.
 * @param options Learning rates, where training stands, and where noise and augmentation are drawn from.
 * @returns `[6]`, as {@linkcode STEP_FIGURES} says; the caller's.
 */
export function takeGanStep(
  parts: GanStepParts,
  { x, targets }: RealBatch,
  { lr, discriminatorLr = lr, state, rng }: {
    readonly lr: number;
    readonly discriminatorLr?: number;
    readonly state: ScheduleState;
    readonly rng: Rng;
  },
): Tensor {
  const { generator, discriminator, loss, penalty, augment, averager } = parts, { step } = state;
  const training = { training: true }, images = x.shape[0];
  const generate = (label: string) => {
    const noise = drawNoise(images, generator.latent, rng.fork(label));
    try {
      return generator.forward(noise, targets, training);
    } finally {
      noise.dispose();
    }
  };

  const scores: Tensor1D[] = [];
  const seen = [x, generate("noise")].map((image, k) => {
    const changed = tf.tidy(() => augment(image, rng.fork(k === 0 ? "real" : "fake")));
    if (k === 1 && changed !== image) image.dispose();
    return changed;
  });
  const forDiscriminator = gradientsOf(discriminator.params, () => {
    scores.push(...seen.map((image) => tf.keep(tf.clone(discriminator.forward(image, targets, training)))));
    return tf.add(tf.mean(loss.real(scores[0]!)), tf.mean(loss.fake(scores[1]!)));
  });
  let gradients = forDiscriminator.gradients, slope: Tensor = tf.scalar(0);
  if (penalty.due(step)) {
    slope.dispose();
    const more = penalty.gradients(discriminator, seen[0]!, targets);
    slope = more.value;
    gradients = Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, tf.add(gradient, more.gradients[name]!)]),
    );
    tf.dispose([forDiscriminator.gradients, more.gradients]);
  }
  parts.optimizers.discriminator.apply(gradients, { lr: discriminatorLr, step });
  tf.dispose([gradients, ...seen.filter((image) => image !== x)]);

  const forGenerator = gradientsOf(generator.params, () => {
    const image = augment(generate("new noise"), rng.fork("generated"));
    return tf.mean(loss.generator(discriminator.forward(image, targets, training)));
  });
  parts.optimizers.generator.apply(forGenerator.gradients, { lr, step });
  averager?.update({ ...generator.params, ...generator.buffers }, state);
  const figures = tf.tidy(() => {
    const [real, fake] = scores as [Tensor1D, Tensor1D];
    const share = (right: Tensor) => tf.mean(tf.cast(right, "float32"));
    const accuracy = tf.div(tf.add(share(tf.greater(real, 0)), share(tf.less(fake, 0))), 2);
    return tf.stack([forDiscriminator.value, forGenerator.value, tf.mean(real), tf.mean(fake), accuracy, slope]);
  });
  tf.dispose([forDiscriminator.value, forGenerator.value, forGenerator.gradients, slope, scores]);
  return figures;
}

/** Reads what steps came to; the tensors are given up. */
export async function readGanSteps(figures: readonly Tensor[]): Promise<GanFigures[]> {
  const all = tf.stack([...figures]);
  tf.dispose([...figures]);
  try {
    const values = await all.data();
    return figures.map((_, i) =>
      Object.fromEntries(STEP_FIGURES.map((name, k) => [name, values[i * STEP_FIGURES.length + k]!])) as Record<
        keyof GanFigures,
        number
      >
    );
  } finally {
    all.dispose();
  }
}
