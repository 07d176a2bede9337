import {
  activate,
  averagePool,
  type BackendName,
  conv2d,
  convTranspose2d,
  depthwiseConv2d,
  disposeBackend,
  hardSigmoid,
  initBackend,
  layerNorm,
  maxPool,
} from "../../src/tensor/mod.ts";
import * as tf from "../../src/tensor/tf.ts";
import reference from "../reference/ops.json" with { type: "json" };
import { uniform } from "../train/lcg.ts";
import { assertNear } from "./compare.ts";
import { HAS_GPU } from "./webgpu/gpu.ts";

// Sums of at most some hundred products in float32, here and there.
const TOLERANCE = 1e-5;

/** A case of ops.json: inputs and the upstream gradient come of the generator that its script has too. */
interface ReferenceCase {
  readonly op: string;
  // deno-lint-ignore no-explicit-any -- options of whatever operation it is
  readonly options: any;
  readonly shapes: readonly number[][];
  readonly scale?: number;
  readonly y: readonly number[];
  readonly gradients: readonly number[][];
}

const image = (x: tf.Tensor | undefined) => x as tf.Tensor4D;
const vector = (x: tf.Tensor | undefined) => x as tf.Tensor1D;

function apply({ op, options }: ReferenceCase, [x, w, b]: tf.Tensor[]): tf.Tensor {
  switch (op) {
    case "conv2d":
      return conv2d(image(x), image(w), options);
    case "convTranspose2d":
      return convTranspose2d(image(x), image(w), options);
    case "depthwiseConv2d":
      return depthwiseConv2d(image(x), image(w), options);
    case "maxPool":
      return maxPool(image(x), options);
    case "averagePool":
      return averagePool(image(x), options);
    case "layerNorm":
      return layerNorm(x!, vector(w), vector(b), options);
    case "hardSigmoid":
      return hardSigmoid(x!);
    default:
      return activate(x!, op as "gelu");
  }
}

async function assertReference(backend: BackendName): Promise<void> {
  await initBackend({ need: "train", prefer: backend });
  for (const each of reference.cases as ReferenceCase[]) {
    const results = tf.tidy(() => {
      const inputs = each.shapes.map((shape, k) =>
        tf.mul(tf.tensor(uniform(tf.util.sizeFromShape(shape), k + 1), shape), each.scale ?? 1)
      );
      const f = (...inputs: tf.Tensor[]) => apply(each, inputs), y = f(...inputs);
      return [y, ...tf.grads(f)(inputs, tf.tensor(uniform(y.size, 99), y.shape))];
    });
    const expected = [each.y, ...each.gradients], name = `${each.op} ${JSON.stringify([each.options, each.shapes])}`;
    for (const [i, result] of results.entries()) {
      assertNear(await result.data(), expected[i]!, TOLERANCE, `result ${i} of ${name} on ${backend}`);
    }
    tf.dispose(results);
  }
  await disposeBackend();
}

for (const backend of ["cpu", "wasm", "webgpu"] as const) {
  Deno.test({
    name: `operations on ${backend} have PyTorch's results and gradients`,
    ignore: backend === "webgpu" && !HAS_GPU,
    fn: () => assertReference(backend),
  });
}
