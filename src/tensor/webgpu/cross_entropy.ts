/**
 * Cross entropy of softmax probabilities and its gradient, a workgroup for each example.
 *
 * @module
 */
import { replaceKernel, runKernel, tensorOf } from "../registry.ts";
import * as tf from "../tf.ts";
import { bufferOf, dispatch, foldedGrid, output } from "./dispatch.ts";
import { declare } from "./wgsl.ts";

const NAME = "WebgpuSoftmaxCrossEntropy";
/** Threads of a workgroup; classes are few. */
const THREADS = 64;

/** From logits and targets `[B, C]` to `[B]`, in nats. */
export function runSoftmaxCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return runKernel(NAME, { logits, targets })[0] as tf.Tensor1D;
}

/** Registers the kernel and its gradients. */
export function registerCrossEntropy(): void {
  replaceKernel<"logits" | "targets">("webgpu", NAME, () => ({ logits, targets }) => {
    const out = output([logits.shape[0]!]);
    runRows("loss", [logits, targets, out]);
    return out;
  });
  tf.registerGradient({
    kernelName: NAME,
    inputsToSave: ["logits", "targets"],
    gradFunc: (dy, saved) => {
      const [logits, targets] = saved as [tf.Tensor2D, tf.Tensor2D], upstream = dy as tf.Tensor;
      return {
        logits: () => {
          const out = output(logits.shape);
          runRows("gradient", [logits, targets, upstream, out]);
          return tensorOf(out);
        },
        targets: () => tf.neg(tf.mul(tf.expandDims(upstream, 1), tf.logSoftmax(logits))),
      };
    },
  });
}

type Result = "loss" | "gradient";

/** What is written of a row, when its largest logit and the logarithm of the sum about it are known. */
const RESULTS: Readonly<Record<Result, { readonly buffers: readonly string[]; readonly code: string }>> = {
  loss: {
    buffers: ["logits", "targets", "out!"],
    code: `var own = 0.0;
  for (var c = i; c < u.classes; c += ${THREADS}) { own += targets[base + c] * (logSum - (logits[base + c] - most)); }
  own = total(i, own);
  if (i == 0) { out[row] = own; }`,
  },
  gradient: {
    buffers: ["logits", "targets", "dy", "out!"],
    code: `var given = 0.0;
  for (var c = i; c < u.classes; c += ${THREADS}) { given += targets[base + c]; }
  given = total(i, given);
  for (var c = i; c < u.classes; c += ${THREADS}) {
    out[base + c] = dy[row] * (given * exp(logits[base + c] - most - logSum) - targets[base + c]);
  }`,
  },
};

function runRows(result: Result, tensors: readonly tf.TensorInfo[]): void {
  const [B, C] = tensors[0]!.shape as [number, number];
  dispatch({ key: `softmax cross entropy, ${result}`, code: () => codeOf(result) }, {
    uniforms: { integers: [B, C] },
    buffers: tensors.map(bufferOf),
    grid: foldedGrid(B),
  });
}

/** The row of a workgroup beyond the last is the last again, as all must come to the barriers; it writes the same. */
function codeOf(result: Result): string {
  const { buffers, code } = RESULTS[result];
  return declare(1, "rows: u32, classes: u32", buffers) + `
var<workgroup> held: array<f32, ${THREADS}>;
${reduction("largest", "held[i] = max(held[i], held[i + half]);")}
${reduction("total", "held[i] += held[i + half];")}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) i: u32, @builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>) {
  let row = min(w.y * n.x + w.x, u.rows - 1);
  let base = row * u.classes;
  var most = logits[base + min(i, u.classes - 1)];
  for (var c = i; c < u.classes; c += ${THREADS}) { most = max(most, logits[base + c]); }
  most = largest(i, most);
  var sum = 0.0;
  for (var c = i; c < u.classes; c += ${THREADS}) { sum += exp(logits[base + c] - most); }
  let logSum = log(total(i, sum));
  ${code}
}
`;
}

/** A function that gives all threads the reduction of their values. */
function reduction(name: string, step: string): string {
  return `fn ${name}(i: u32, value: f32) -> f32 {
  held[i] = value;
  workgroupBarrier();
  for (var half = ${THREADS / 2}u; half > 0; half /= 2) {
    if (i < half) { ${step} }
    workgroupBarrier();
  }
  let result = held[0];
  workgroupBarrier();
  return result;
}`;
}
