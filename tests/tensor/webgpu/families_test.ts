import { disposeBackend } from "../../../src/tensor/mod.ts";
import { printedRng } from "../../random.ts";
import {
  activationCases,
  assertNothingLeft,
  convNormCases,
  cornerCases,
  groupedCases,
  layerNormCases,
  poolingCases,
  sameCases,
  transposedCases,
} from "../op_cases.ts";
import { assertOnGpu, gpuTest, useGpu } from "./gpu.ts";

// What the operations promise: own kernels and compositions agree to 1e-4 of the largest value.
const TOLERANCE = 1e-4;

gpuTest("conv2d() in groups has the composed results and gradients on WebGPU", async () => {
  const rng = printedRng();
  await assertOnGpu([...groupedCases(rng, [1, 3, 5], [1, 2, 3]), ...groupedCases(rng, [3], [1, 2])], rng, TOLERANCE);
  await disposeBackend();
});

gpuTest("convTranspose2d() has the composed results and gradients on WebGPU", async () => {
  const rng = printedRng();
  await assertOnGpu(transposedCases(rng), rng, TOLERANCE);
  await disposeBackend();
});

gpuTest('conv2d(), depthwiseConv2d() and convNorm() pad by "same" on WebGPU', async () => {
  const rng = printedRng();
  await assertOnGpu([...sameCases(rng, [3, 5], [1, 2, 3]), ...convNormCases(rng)], rng, TOLERANCE);
  await disposeBackend();
});

gpuTest("maxPool(), averagePool() and layerNorm() have the composed results and gradients on WebGPU", async () => {
  const rng = printedRng();
  await assertOnGpu([...poolingCases(rng), ...layerNormCases(rng)], rng, TOLERANCE);
  await disposeBackend();
});

gpuTest("activate() and hardSigmoid() have the composed results and gradients on WebGPU", async () => {
  const rng = printedRng();
  await assertOnGpu(activationCases(rng), rng, 1e-5);
  await disposeBackend();
});

gpuTest("batchNorm() and convNorm() have one gradient with relu and hardSwish on WebGPU", async () => {
  const rng = printedRng();
  await assertOnGpu(cornerCases(rng), rng, TOLERANCE);
  await disposeBackend();
});

gpuTest("the operations leave nothing behind on WebGPU, with or without a backward pass", async () => {
  await useGpu();
  await assertNothingLeft();
  await disposeBackend();
});
