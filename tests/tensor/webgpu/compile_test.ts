import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  adamStep,
  batchNorm,
  compileAhead,
  disposeBackend,
  globalAveragePool,
  initBackend,
} from "../../../src/tensor/mod.ts";
import * as tf from "../../../src/tensor/tf.ts";
import { dispatch } from "../../../src/tensor/webgpu/dispatch.ts";
import { countsOf, gpuTest, useGpu } from "./gpu.ts";

/** A step of a small network, and what it changes. */
function makeStep() {
  const [weight, mean, square, running, variance] = [[7, 5], [7, 5], [7, 5], [5], [5]].map((shape) =>
    tf.tidy(() => tf.variable(tf.fill(shape, 0.5)))
  );
  const step = () => {
    const { value, grads } = tf.variableGrads(() => {
      const x = tf.fill([6, 7], 0.25), y = tf.reshape(tf.matMul(x, weight as tf.Tensor2D), [2, 3, 1, 5]) as tf.Tensor4D;
      const variables = { gamma: tf.ones([5]), beta: tf.ones([5]), mean: running, variance };
      const normal = batchNorm(y, variables as Parameters<typeof batchNorm>[1], { training: true, activation: "silu" });
      return tf.sum(tf.square(globalAveragePool(normal))) as tf.Scalar;
    }, [weight!]);
    const options = { lr: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1 };
    adamStep([{ param: weight!, gradient: grads[weight!.name]!, mean: mean!, square: square!, decay: 0.1 }], options);
    const loss = value.data();
    tf.dispose([value, grads]);
    return loss;
  };
  return { step, variables: [weight!, mean!, square!, running!, variance!] };
}

gpuTest(
  "compileAhead() on WebGPU compiles all that a step needs, says how far it is, and changes nothing",
  async () => {
    await useGpu();
    const { step, variables } = makeStep(), before = tf.memory().numTensors, progress: number[][] = [];
    const ahead = await countsOf(() => compileAhead(() => void step(), { onProgress: (...now) => progress.push(now) }));
    assert(ahead.pipelines > 8 && ahead.dispatches === 0, JSON.stringify(ahead));
    assertEquals(progress, Array.from({ length: ahead.pipelines }, (_, i) => [i + 1, ahead.pipelines]));
    assertEquals(tf.memory().numTensors, before);
    for (const variable of variables) assertEquals(new Set(await variable.data()), new Set([0.5]));

    const real = await countsOf(async () => void await step());
    assert(real.pipelines === 0 && real.dispatches > 8, JSON.stringify(real));
    for (const variable of variables) assert((await variable.data())[0] !== 0.5);
    const again = await countsOf(() => compileAhead(() => void step()));
    assertEquals(again.pipelines, 0);
    tf.dispose(variables);
    await disposeBackend();
  },
);

gpuTest("compileAhead() on WebGPU passes on what the function throws, and leaves the backend at work", async () => {
  await useGpu();
  const fail = () => {
    throw new RangeError("no such layer");
  };
  await assertRejects(() => compileAhead(fail), RangeError, "no such layer");
  assertEquals([...await tf.tidy(() => tf.sum(tf.fill([3, 5], 2))).data()], [30]);
  const broken = { key: "broken", code: "fn main( {" };
  await assertRejects(() => compileAhead(() => dispatch(broken, { buffers: [], grid: [1] })), Error);
  await disposeBackend();
});

Deno.test("compileAhead() does nothing on a backend without shaders", async () => {
  await initBackend({ need: "train", prefer: "cpu" });
  await compileAhead(() => {
    throw new Error("it was called");
  });
  await disposeBackend();
});
