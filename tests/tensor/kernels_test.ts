import { assertThrows } from "@std/assert";
import type { Rng } from "../../src/core/rng.ts";
import { disposeBackend } from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import { assertCases, type Case } from "./compare.ts";
import { between, printedRng } from "../random.ts";

// Sums of up to some thousand products of standard normal values in float32, in another order.
const TOLERANCE = 2e-5;

/** An upstream gradient that tells positions apart. */
const upstream = (y: tf.Tensor) => tf.reshape(tf.sin(tf.range(0, y.size)), y.shape);

/** A function and its gradients by all inputs. */
const withGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor) => (...inputs: tf.Tensor[]) => {
  const y = f(...inputs);
  return [y, ...tf.grads(f)(inputs, upstream(y))];
};

function convolutionCase(rng: Rng, kernel: number, stride: number, pad: number | "same" | "valid"): Case {
  const [B, H, W] = [between(rng, 1, 3), between(rng, kernel, 14), between(rng, kernel, 14)];
  const [C, E] = [between(rng, 1, 21), between(rng, 1, 21)];
  const padding = typeof pad === "number" ? explicit(rng, pad) : pad;
  return {
    name: `conv2d ${B}x${H}x${W}x${C} by ${kernel}x${kernel}x${E}, stride ${stride}, pad ${JSON.stringify(padding)}`,
    shapes: [[B, H, W, C], [kernel, kernel, C, E]],
    run: withGradients((x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, padding)),
  };
}

/** Padding that differs from side to side. */
function explicit(rng: Rng, most: number): tf.backend_util.ExplicitPadding {
  const side = () => between(rng, 0, most);
  return [[0, 0], [side(), side()], [side(), side()], [0, 0]];
}

const KERNELS = [1, 2, 3, 5, 7], STRIDES = [1, 2, 3];

Deno.test("Conv2D and its gradients agree with the cpu backend", async () => {
  const rng = printedRng();
  const cases = KERNELS.flatMap((kernel) =>
    STRIDES.flatMap((stride) =>
      (["same", "valid", kernel - 1, kernel + 1] as const).map((pad) => convolutionCase(rng, kernel, stride, pad))
    )
  );
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("DepthwiseConv2dNative and its gradients agree with the cpu backend", async () => {
  const rng = printedRng();
  const cases = KERNELS.flatMap((kernel) =>
    STRIDES.flatMap((stride) =>
      (["same", "valid", kernel - 1, kernel + 1] as const).map((pad): Case => {
        const [B, H, W, C] = [
          between(rng, 1, 3),
          between(rng, kernel, 14),
          between(rng, kernel, 14),
          between(rng, 1, 21),
        ];
        const padding = typeof pad === "number" ? explicit(rng, pad) : pad;
        return {
          name: `depthwise ${B}x${H}x${W}x${C}, kernel ${kernel}, stride ${stride}, pad ${JSON.stringify(padding)}`,
          shapes: [[B, H, W, C], [kernel, kernel, C, 1]],
          run: withGradients((x, filter) =>
            tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, padding as "same")
          ),
        };
      })
    )
  );
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("BatchMatMul agrees with the cpu backend in all transpositions", async () => {
  const rng = printedRng();
  const flags = [[false, false], [false, true], [true, false], [true, true]] as const;
  const cases = flags.flatMap(([ta, tb]) =>
    [[], [1], [3], [2, 2]].map((outer): Case => {
      const [M, N, K] = [between(rng, 1, 70), between(rng, 1, 70), between(rng, 1, 70)];
      const broadcast = outer.length === 1 && rng() < 0.5;
      return {
        name: `matMul of batches [${outer}], ${M}x${N}x${K}, transposed ${ta} ${tb}, broadcast ${broadcast}`,
        shapes: [[...outer, ...(ta ? [K, M] : [M, K])], [...(broadcast ? [1] : outer), ...(tb ? [N, K] : [K, N])]],
        run: broadcast ? (a, b) => [tf.matMul(a, b, ta, tb)] : withGradients((a, b) => tf.matMul(a, b, ta, tb)),
      };
    })
  );
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("BatchMatMul agrees with the cpu backend where it divides the work otherwise", async () => {
  const rng = printedRng();
  // Rows of A enough to pack B once for all parts; and so many that the weights' gradient is summed in parts.
  const sizes = [[between(rng, 512, 700), 19, 33], [between(rng, 4100, 4300), 13, 21], [650, 7, 800]];
  const cases = sizes.map(([M, N, K]): Case => ({
    name: `matMul ${M}x${N}x${K}`,
    shapes: [[M!, K!], [K!, N!]],
    run: withGradients((a, b) => tf.matMul(a, b)),
  }));
  await assertCases(cases, rng, 1e-4);
  await disposeBackend();
});

Deno.test("Conv2D and its gradients agree with the cpu backend where they divide the work otherwise", async () => {
  const rng = printedRng();
  const cases = [[3, 1], [3, 2], [1, 2]].map(([kernel, stride]): Case => {
    const size = between(rng, 47, 50) * stride!, [C, E] = [between(rng, 1, 3), between(rng, 1, 5)];
    return {
      name: `conv2d 2x${size}x${size}x${C} by ${kernel}x${kernel}x${E}, stride ${stride}`,
      shapes: [[2, size, size, C], [kernel!, kernel!, C, E]],
      run: withGradients((x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride!, "same")),
    };
  });
  await assertCases(cases, rng, 1e-4);
  await disposeBackend();
});

Deno.test("max pooling has the cpu backend's gradient, ties included", async () => {
  const rng = printedRng();
  const cases = [[2, 2, 0], [3, 2, 1], [3, 1, 1], [5, 3, 2]].flatMap(([size, stride, pad]) =>
    [0, 1].map((): Case => {
      const shape = [between(rng, 1, 3), between(rng, 5, 13), between(rng, 5, 13), between(rng, 1, 21)];
      return {
        name: `maxPool ${size} by ${stride}, pad ${pad} of [${shape}]`,
        shapes: [shape],
        run: (wild) => {
          const x = tf.round(wild); // few values, so that windows have several greatest ones
          const f = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size!, stride!, pad!, "floor"), y = f(x);
          return [y, tf.grad(f)(x, upstream(y))];
        },
      };
    })
  );
  await assertCases(cases, rng, 1e-6);
  await disposeBackend();
});

Deno.test("Add of equal shapes agrees with the cpu backend", async () => {
  const rng = printedRng();
  const cases = [[1], [7], [3, 5, 11], [9, 40_000]].map((shape): Case => ({
    name: `add ${shape}`,
    shapes: [shape, shape],
    run: (a, b) => [tf.add(a, b)],
  }));
  await assertCases(cases, rng, 0);
  await disposeBackend();
});

Deno.test("Sum over leading axes and over others agrees with the cpu backend", async () => {
  const rng = printedRng();
  const cases = [[0], [0, 1], [2, 0, 1], [1], [2, 3], [0, 1, 2, 3]].flatMap((axes) => {
    const shape = [between(rng, 1, 4), between(rng, 1, 30), between(rng, 1, 30), between(rng, 1, 40)];
    return [true, false].map((keepDims): Case => ({
      name: `sum of [${shape}] over [${axes}], keepDims ${keepDims}`,
      shapes: [shape],
      run: (x) => [tf.sum(tf.add(x, 0.5), axes, keepDims)],
    }));
  });
  await assertCases(cases, rng, TOLERANCE);
  await disposeBackend();
});

Deno.test("Concat and SplitV agree with the cpu backend along all axes, and so do their gradients", async () => {
  const rng = printedRng();
  const places = [[1, 0], [2, 0], [2, 1], [3, 1], [3, 2], [4, 3]] as const;
  const cases = places.flatMap(([rank, axis]): Case[] => {
    const outer = Array.from({ length: rank }, () => between(rng, 1, 25));
    const widths = [between(rng, 1, 40), 4 * between(rng, 1, 9), between(rng, 1, 5)];
    const shapes = widths.map((width) => outer.with(axis, width));
    const whole = outer.with(axis, widths.reduce((sum, n) => sum + n, 0));
    return [
      {
        name: `concat of ${JSON.stringify(shapes)} along ${axis}`,
        shapes,
        run: withGradients((...x) => tf.concat(x, axis)),
      },
      {
        name: `split of [${whole}] along ${axis} by [${widths}]`,
        shapes: [whole],
        run: (x) => {
          const f = (x: tf.Tensor) => tf.mul(tf.split(x, widths, axis)[1]!, 2);
          return [...tf.split(x, widths, axis), tf.grad(f)(x)];
        },
      },
    ];
  });
  await assertCases(cases, rng, 5e-6); // the upstream gradient is a sine of each backend's own
  await disposeBackend();
});

Deno.test("gather() has a gradient on wasm, as UnsortedSegmentSum is there", async () => {
  const rng = printedRng();
  const cases = [0, 1, 2].map((axis): Case => ({
    name: `gather along ${axis}`,
    shapes: [[4, 5, 3], [between(rng, 1, 9)]],
    run: (x, wild) => {
      const size = x.shape[axis]!, indices = tf.cast(tf.mod(tf.abs(tf.mul(wild, 100)), size), "int32") as tf.Tensor1D;
      const f = (x: tf.Tensor) => tf.gather(x, indices, axis), y = f(x);
      return [y, tf.grad(f)(x, upstream(y))];
    },
  }));
  await assertCases(cases, rng, 5e-6);
  await disposeBackend();
});

Deno.test("dilated convolutions, which are not ours, still run, and what nobody has says so", async () => {
  const rng = printedRng();
  const conv: Case = {
    name: "conv2d with dilation 2",
    shapes: [[2, 9, 8, 3], [3, 3, 3, 5]],
    run: (x, filter) => [tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same", "NHWC", 2)],
  };
  const depthwise: Case = {
    name: "depthwise with dilation 2 and two filters a channel",
    shapes: [[2, 9, 8, 3], [3, 3, 3, 2]],
    run: (x, filter) => [
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same", "NHWC", 2),
    ],
  };
  await assertCases([conv, depthwise], rng, TOLERANCE);
  const x = tf.ones([1, 4, 4, 3]) as tf.Tensor4D;
  const f = (filter: tf.Tensor) => tf.depthwiseConv2d(x, filter as tf.Tensor4D, 1, "same");
  assertThrows(() => tf.grad(f)(tf.ones([3, 3, 3, 2])), Error, "one filter a channel");
  x.dispose();
  await disposeBackend();
});
