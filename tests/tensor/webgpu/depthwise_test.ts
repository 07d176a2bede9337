import { assert } from "@std/assert";
import type { Rng } from "../../../src/core/rng.ts";
import * as tf from "../../../src/tensor/tf.ts";
import { cutFilterGradient, stripLength, WORKERS } from "../../../src/tensor/webgpu/depthwise_plan.ts";
import { type Case } from "../compare.ts";
import { between, printedRng } from "../../random.ts";
import { assertOnGpu, gpuTest, useGpu, valuesOnGpu } from "./gpu.ts";

// Sums of up to some thousand products of standard normal values in float32, in another order.
const TOLERANCE = 2e-5;
const KERNELS = [1, 2, 3, 5, 7], STRIDES = [1, 2, 3];

type Padding = "same" | "valid" | tf.backend_util.ExplicitPadding;

/** An upstream gradient that tells positions apart. */
const upstream = (y: tf.Tensor) => tf.reshape(tf.sin(tf.range(0, y.size)), y.shape);

/** Padding that differs from side to side. */
function explicit(rng: Rng, most: number, least = 0): tf.backend_util.ExplicitPadding {
  const side = () => between(rng, least, most);
  return [[0, 0], [side(), side()], [side(), side()], [0, 0]];
}

/** A depthwise convolution and its gradients, by `[B, H, W, C]`. */
function depthwiseCase(shape: readonly number[], [kernel, stride]: readonly number[], pad: Padding): Case {
  const f = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride!, pad as "same");
  return {
    name: `depthwise [${shape}], kernel ${kernel}, stride ${stride}, pad ${JSON.stringify(pad)}`,
    shapes: [[...shape], [kernel!, kernel!, shape[3]!, 1]],
    run: (...inputs) => {
      const y = f(inputs[0]!, inputs[1]!);
      return [y, ...tf.grads(f as (...x: tf.Tensor[]) => tf.Tensor)(inputs, upstream(y))];
    },
  };
}

gpuTest("DepthwiseConv2dNative and its gradients agree with the cpu backend", async () => {
  const rng = printedRng();
  // One padding for each kernel and stride, and channels by fours or not, in turn: each makes programs of its own.
  const cases = KERNELS.flatMap((kernel, i) =>
    STRIDES.map((stride, j) => {
      const pad = (["same", explicit(rng, kernel + 1), "valid", explicit(rng, kernel - 1)] as const)[(i + j) % 4]!;
      const C = (i + j) % 2 === 0 ? 4 * between(rng, 1, 5) : 4 * between(rng, 0, 5) + between(rng, 1, 3);
      const [H, W] = [between(rng, kernel, 14), between(rng, kernel, 14)];
      return depthwiseCase([between(rng, 1, 3), H, W, C], [kernel, stride], pad);
    })
  );
  await assertOnGpu(cases, rng, TOLERANCE);
});

gpuTest("DepthwiseConv2dNative and its gradients agree with the cpu backend on images of any width", async () => {
  const rng = printedRng();
  const widths = [between(rng, 1, 4), between(rng, 5, 20), between(rng, 30, 40)];
  const cases = widths.flatMap((W, i) => {
    const shape = [between(rng, 1, 3), between(rng, 3, 9), W, [8, 5, 132][i]!];
    const least = W < 3 ? 1 : 0; // else a narrow image's result may be empty
    return [depthwiseCase(shape, [3, 1 + i % 2], explicit(rng, 2, least))];
  });
  await assertOnGpu(cases, rng, TOLERANCE);
});

gpuTest(
  "DepthwiseConv2dNative's filter gradient agrees with the cpu backend where its long sums are divided",
  async () => {
    const rng = printedRng();
    const cases = [[between(rng, 90, 110), 8], [between(rng, 90, 110), 3]].map(([size, C]) =>
      depthwiseCase([2, size!, size!, C!], [3, 1], "same")
    );
    await assertOnGpu(cases, rng, 1e-4);
  },
);

gpuTest("depthwise convolutions fold a grid of more workgroups than a device takes on one side", async () => {
  await useGpu();
  const rows = 65_536 * 8 + 5; // eight rows a workgroup
  const [values] = await valuesOnGpu([tf.tidy(() => {
    const x = tf.reshape(tf.range(0, rows), [1, rows, 1, 1]) as tf.Tensor4D;
    return tf.depthwiseConv2d(x, tf.tensor4d([0.5], [1, 1, 1, 1]), 1, "valid");
  })]);
  assert(values!.every((value, i) => value === i / 2));
});

gpuTest("what depthwise kernels of ours lack, two filters a channel and dilation, still runs", async () => {
  const rng = printedRng();
  const stock: Case = {
    name: "depthwise with dilation 2 and two filters a channel",
    shapes: [[2, 9, 8, 3], [3, 3, 3, 2]],
    run: (x, filter) => [
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same", "NHWC", 2),
    ],
  };
  await assertOnGpu([stock], rng, TOLERANCE);
});

Deno.test("stripLength() is a multiple of the step, and no longer than what a thread can hold", () => {
  for (let width = 1; width < 60; width++) {
    for (const step of [1, 2, 3, 11]) {
      for (const taps of [1, 3, 7, 40]) {
        const strip = stripLength({ width, window: (strip) => strip + taps, rows: taps, taps, held: taps, step });
        assert(strip >= step && strip % step === 0);
        assert(strip === step || 2 * strip + 2 * taps <= 26);
      }
    }
  }
});

Deno.test("cutFilterGradient() covers all strips, fills a large GPU and leaves no part empty", () => {
  const rng = printedRng();
  for (let i = 0; i < 200; i++) {
    const rowGroups = between(rng, 1, 7);
    const values = between(rng, 1, 400), strips = between(rng, 1, 1_000_000), strip = between(rng, 1, 8);
    const cut = cutFilterGradient({ rowGroups, values, strips, strip });
    assert(cut.parts * cut.chunk >= strips && (cut.parts - 1) * cut.chunk < strips);
    assert(WORKERS % cut.lanes === 0);
    assert(cut.groups === Math.ceil(values / cut.lanes) * rowGroups * cut.parts);
    if (strips > 100_000) assert(cut.groups >= 500, `${cut.groups} workgroups for ${strips} strips`);
  }
});
