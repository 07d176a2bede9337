/**
 * Cases of the operations that network families need, on random shapes: to be compared on wasm and on WebGPU alike.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Rng } from "../../src/core/rng.ts";
import {
  activate,
  type Activation,
  averagePool,
  batchNorm,
  conv2d,
  convNorm,
  convTranspose2d,
  depthwiseConv2d,
  hardSigmoid,
  layerNorm,
  maxPool,
  type Padding,
} from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { type Case, oneOf } from "./compare.ts";
import { between } from "../random.ts";

/** An upstream gradient that tells positions apart; not around zero, or sums would cancel to nothing but rounding. */
const upstream = (y: tf.Tensor) => tf.reshape(tf.add(tf.sin(tf.range(0, y.size)), 0.4), y.shape);

/** A function of all inputs and its gradients by them. */
export const withGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor) => (...inputs: tf.Tensor[]): tf.Tensor[] => {
  const y = f(...inputs);
  return [y, ...tf.grads(f)(inputs, upstream(y))];
};

/** Sizes of a convolution in groups: C and E are one group's channels. */
export interface GroupedSizes {
  readonly image: readonly [B: number, H: number, W: number];
  readonly groups: number;
  readonly C: number;
  readonly E: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: Padding;
}

/** A convolution in groups and its gradients. */
export function groupedCase({ image, groups, C, E, kernel, stride, padding }: GroupedSizes): Case {
  return {
    name:
      `conv2d of [${image}] in ${groups} groups of ${C} by ${kernel}x${kernel} to ${E}, stride ${stride}, ${padding}`,
    shapes: [[...image, groups * C], [kernel, kernel, C, groups * E]],
    run: withGradients((x, filter) => conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, { stride, padding, groups })),
  };
}

/** Every kernel and stride, with groups of odd widths and of whole vectors, by numbers of pixels and "same". */
export function groupedCases(rng: Rng, kernels: readonly number[], strides: readonly number[]): Case[] {
  return kernels.flatMap((kernel) =>
    strides.map((stride) => {
      const whole = rng() < 0.5, width = () => whole ? 4 * between(rng, 1, 3) : between(rng, 1, 11);
      const size = () => between(rng, kernel, kernel + 9), C = width();
      return groupedCase({
        image: [between(rng, 1, 3), size(), size()],
        groups: between(rng, 2, 5),
        C,
        E: rng() < 0.5 ? C : width(),
        kernel,
        stride,
        padding: oneOf<Padding>(rng, ["same", 0, Math.floor(kernel / 2), kernel + 1]),
      });
    })
  );
}

/** Convolutions with padding by TensorFlow's rule, whole and depthwise. */
export function sameCases(rng: Rng, kernels: readonly number[], strides: readonly number[]): Case[] {
  return kernels.flatMap((kernel) =>
    strides.flatMap((stride): Case[] => {
      const [B, H, W] = [between(rng, 1, 3), between(rng, 1, 13), between(rng, 1, 13)], C = between(rng, 1, 13);
      const options = { stride, padding: "same" } as const,
        name = `of [${B},${H},${W},${C}], ${kernel}/${stride}, same`;
      return [
        {
          name: `conv2d ${name}`,
          shapes: [[B, H, W, C], [kernel, kernel, C, between(rng, 1, 11)]],
          run: withGradients((x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, options)),
        },
        {
          name: `depthwiseConv2d ${name}`,
          shapes: [[B, H, W, C], [kernel, kernel, C, 1]],
          run: withGradients((x, w) => depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, options)),
        },
      ];
    })
  );
}

/** Transposed convolutions from odd and even sizes, single pixels among them, with all that PyTorch's padding allows. */
export function transposedCases(rng: Rng): Case[] {
  return [[4, 2], [4, 2], [4, 1], [3, 2], [5, 3], [2, 2], [3, 4], [1, 2]].flatMap(([kernel, stride]) =>
    [0, 1].map((padding): Case => {
      const single = rng() < 0.25,
        size = () => single ? 1 : between(rng, 2, 9),
        outputPadding = between(rng, 0, stride! - 1);
      const fits = kernel! + outputPadding > 2 * padding ? padding : 0;
      const [B, H, W, D, E] = [between(rng, 1, 3), size(), size(), between(rng, 1, 21), between(rng, 1, 21)];
      return {
        name: `convTranspose2d of [${[B, H, W, D]}] by ${kernel}/${stride} to ${E}, ${fits}, ${outputPadding}`,
        shapes: [[B, H, W, D], [kernel!, kernel!, E, D]],
        run: withGradients((x, w) =>
          convTranspose2d(x as tf.Tensor4D, w as tf.Tensor4D, { stride, padding: fits, outputPadding })
        ),
      };
    })
  );
}

/** Pooling with and without padding; some windows have several greatest values. */
export function poolingCases(rng: Rng): Case[] {
  const shape = (
    size: number,
  ) => [between(rng, 1, 3), between(rng, size, 13), between(rng, size, 13), between(rng, 1, 21)];
  const greatest = [[2, 2, 0], [3, 2, 1], [3, 1, 1], [5, 3, 2], [3, 3, 0]].map(([size, stride, padding]): Case => {
    const at = shape(size!);
    return {
      name: `maxPool of [${at}], ${size}/${stride}+${padding}`,
      shapes: [at],
      run: (wild) => {
        const options = { size: size!, stride: stride!, padding: padding! };
        return withGradients((x) => maxPool(x as tf.Tensor4D, options))(tf.round(wild));
      },
    };
  });
  const means = [[2, 2], [3, 2], [2, 3], [3, 1], [7, 7]].map(([size, stride]): Case => {
    const at = shape(size!);
    return {
      name: `averagePool of [${at}], ${size}/${stride}`,
      shapes: [at],
      run: withGradients((x) => averagePool(x as tf.Tensor4D, { size: size!, stride: stride! })),
    };
  });
  return [...greatest, ...means];
}

/** Layer norms of images and of rows. */
export function layerNormCases(rng: Rng): Case[] {
  const D = () => between(rng, 2, 70);
  const shapes = [[2, 5, 3, D()], [3, 4 * D()], [between(rng, 2, 4), between(rng, 30, 60), 7, D()], [1, 4], [
    5,
    1,
    2,
    2,
    3,
  ]];
  return shapes.map((shape): Case => ({
    name: `layerNorm of [${shape}]`,
    shapes: [shape, [shape.at(-1)!], [shape.at(-1)!]],
    run: withGradients((x, gamma, beta) =>
      layerNorm(tf.add(x, 3), gamma as tf.Tensor1D, beta as tf.Tensor1D, { epsilon: 1e-3 })
    ),
  }));
}

/** Activations of elements, near zero and far out. */
export function activationCases(rng: Rng): Case[] {
  const names = ["leakyRelu", "silu", "hardSwish", "gelu", "hardSigmoid"] as const;
  return names.flatMap((name) =>
    [0.3, 3, 30].map((scale): Case => {
      const shape = [between(rng, 1, 9), between(rng, 1, 9), between(rng, 1, 40)];
      const f = (x: tf.Tensor) => name === "hardSigmoid" ? hardSigmoid(x) : activate(x, name);
      return {
        name: `${name} of [${shape}] times ${scale}`,
        shapes: [shape],
        run: (x) => withGradients(f)(tf.mul(x, scale)),
      };
    })
  );
}

/**
 * Batch norm and a convolution with its norm, with activations whose slope jumps where rounding decides on which side a
 * value lies: all values are whole numbers and a quarter here, off the corners at -3, 0 and 3.
 */
export function cornerCases(rng: Rng): Case[] {
  return (["relu", "hardSwish"] as const).flatMap((activation) => {
    const shape = [between(rng, 1, 3), between(rng, 3, 9), between(rng, 3, 9), between(rng, 1, 21)], C = shape[3]!;
    const names = ["batchNorm", "convNorm"] as const;
    return names.map((name): Case => ({
      name: `${name} of [${shape}] with ${activation}, off its corners`,
      shapes: [shape],
      run: (wild) => {
        const [zeros, ones] = [tf.zeros([C]) as tf.Tensor1D, tf.ones([C]) as tf.Tensor1D];
        const mean = tf.variable(zeros, false), variance = tf.variable(ones, false);
        const filter = tf.reshape(tf.eye(C), [1, 1, C, C]) as tf.Tensor4D;
        const options = { training: false, epsilon: 0, activation };
        const f = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
          const norm = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D, mean, variance };
          if (name === "convNorm") return convNorm(x as tf.Tensor4D, filter, norm, options);
          return batchNorm(x as tf.Tensor4D, norm, options);
        };
        const inputs = [tf.round(tf.mul(wild, 3)), ones, tf.fill([C], 0.25)],
          plain = f(inputs[0]!, inputs[1]!, inputs[2]!);
        const results = [plain, ...withGradients(f as (...inputs: tf.Tensor[]) => tf.Tensor)(...inputs)];
        tf.dispose([mean, variance]);
        return results;
      },
    }));
  });
}

/** A convolution in groups, or padded by TensorFlow's rule, with its norm: results, statistics and gradients. */
export function convNormCases(rng: Rng): Case[] {
  const activations: Activation[] = ["none", "silu", "gelu"]; // smooth: see cornerCases()
  return [[1, 3, 1], [1, 3, 2], [3, 3, 1], [4, 3, 2], [2, 5, 2]].flatMap(([groups, kernel, stride]) =>
    [true, false].map((training): Case => {
      const C = between(rng, 1, 9), E = between(rng, 1, 9), D = groups! * C, F = groups! * E;
      const shape = [between(rng, 2, 3), between(rng, 5, 12), between(rng, 5, 12), D],
        activation = oneOf(rng, activations);
      const options = {
        groups: groups!,
        stride: stride!,
        padding: "same",
        activation,
        training,
        epsilon: 1e-2,
      } as const;
      return {
        name: `convNorm of [${shape}], ${JSON.stringify({ ...options, kernel, F })}`,
        shapes: [shape, [kernel!, kernel!, C, F], [F], [F], [F], [F]],
        run: (x, filter, gamma, beta, start, wild) => {
          const mean = tf.variable(start!, false) as tf.Variable<tf.Rank.R1>;
          const variance = tf.variable(tf.abs(wild!), false) as tf.Variable<tf.Rank.R1>;
          const f = (x: tf.Tensor, filter: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
            const norm = { gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D, mean, variance };
            return convNorm(x as tf.Tensor4D, filter as tf.Tensor4D, norm, options);
          };
          const y = f(x!, filter!, gamma!, beta!), once = [tf.clone(mean), tf.clone(variance)];
          const gradients = tf.grads(f as (...inputs: tf.Tensor[]) => tf.Tensor)(
            [x!, filter!, gamma!, beta!],
            upstream(y),
          );
          tf.dispose([mean, variance]);
          return [y, ...once, ...gradients];
        },
      };
    })
  );
}

/** Asserts that no operation leaves a tensor behind, whichever of its gradients are asked for, if any. */
export function assertNothingLeft(): void {
  const x = tf.randomNormal([2, 6, 5, 8]) as tf.Tensor4D, filter = tf.randomNormal([3, 3, 4, 6]) as tf.Tensor4D;
  const vector = tf.ones([8]) as tf.Tensor1D, beta = tf.zeros([6]) as tf.Tensor1D, gamma = tf.ones([6]) as tf.Tensor1D;
  const norm = { gamma, beta, mean: tf.variable(beta, false), variance: tf.variable(gamma, false) };
  const wide = tf.ones([4, 4, 3, 8]) as tf.Tensor4D, small = tf.ones([1, 5, 4, 6]) as tf.Tensor4D;
  const groups = 2,
    functions: [(t: tf.Tensor) => tf.Tensor, tf.Tensor][] = [
      [(x) => convTranspose2d(x as tf.Tensor4D, wide, { stride: 2, padding: 1 }), x],
      [(w) => convTranspose2d(small, w as tf.Tensor4D, { stride: 2, outputPadding: 1 }), filter],
      [(x) => conv2d(x as tf.Tensor4D, filter, { groups, padding: "same" }), x],
      [(w) => conv2d(x, w as tf.Tensor4D, { groups, stride: 2, padding: "same" }), filter],
      [(x) => convNorm(x as tf.Tensor4D, filter, norm, { groups, padding: 1, training: true }), x],
      [(x) => convNorm(x as tf.Tensor4D, filter, norm, { groups, padding: 1, training: false }), x],
      [(w) => convNorm(x, w as tf.Tensor4D, norm, { groups, padding: "same", training: true }), filter],
      [(x) => layerNorm(x, vector, vector), x],
      [(gamma) => layerNorm(x, gamma as tf.Tensor1D, vector), vector],
      [(x) => maxPool(x as tf.Tensor4D, { size: 3, stride: 2, padding: 1 }), x],
      [(x) => averagePool(x as tf.Tensor4D, { size: 2, stride: 2 }), x],
      [(x) => tf.concat([x, x], 3), x],
      ...(["relu", "leakyRelu", "silu", "hardSwish", "gelu"] as const).map((name): typeof functions[number] => [
        (x) => activate(x, name),
        x,
      ]),
      [hardSigmoid, x],
    ];
  const before = tf.memory().numTensors;
  for (const [f, input] of functions) {
    f(input).dispose(); // no tape
    tf.grad(f)(input).dispose();
    tf.grad((x: tf.Tensor) => (f(x), tf.sum(tf.mul(x, 2))) as tf.Tensor)(input).dispose(); // not on the way to the sum
    assertEquals(tf.memory().numTensors, before, `tensors after ${f}`);
  }
  tf.dispose([x, filter, wide, small, vector, beta, gamma, norm.mean, norm.variance]);
}
