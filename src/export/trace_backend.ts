/**
 * A backend of TensorFlow.js that computes nothing: it writes down which kernels are called, on what, and which shapes they
 * give. A forward pass of any network runs on it at once, in no memory, for a batch of any size.
 *
 * @module
 */
import { type OwnOps, ownOps, setOwnOps } from "../tensor/own.ts";
import { runKernel } from "../tensor/registry.ts";
import * as tf from "../tensor/tf.ts";
import type { Tensor, Tensor4D } from "../tensor/types.ts";
import type { GraphNode, GraphOp } from "./graph.ts";
import { HOUSE_KERNELS, STOCK_KERNELS, type TracedKernel } from "./kernels.ts";

/** What stands for a tensor's values. */
export type DataId = tf.TensorInfo["dataId"];

/** A kernel's call. */
export interface Call {
  /** The graph's operation; null where the result has the input's values. */
  readonly op: GraphOp | null;
  /** What it read, in the operation's order. */
  readonly inputs: readonly DataId[];
  /** What it made. */
  readonly output: DataId;
  /** The shape of that. */
  readonly shape: readonly number[];
  /** The operation's numbers. */
  readonly attributes: GraphNode["attributes"];
  /** TensorFlow.js's own name, inputs and attributes; with them the call can be made again. Undefined for the house's. */
  readonly stock?: {
    readonly name: string;
    readonly inputs: Readonly<Record<string, DataId>>;
    readonly attrs: object;
  };
}

/** What was written down. */
export interface Calls {
  /** The calls, in their order. */
  readonly calls: Call[];
  /** Tensors that were made of numbers. */
  readonly constants: Map<DataId, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

const NAME = "trace";

class TraceBackend extends tf.KernelBackend {
  constructor(private readonly constants: Calls["constants"]) {
    super();
  }
  override write(values: tf.BackendValues | null, shape: number[]): DataId {
    const id = {};
    this.constants.set(id, { shape, data: Float32Array.from((values ?? []) as Float32Array) });
    return id;
  }
  override numDataIds = () => 0;
  override disposeData = () => true;
  override refCount = () => 1;
  override incRef = () => {};
  override timerAvailable = () => false;
  override floatPrecision = (): 32 => 32;
  override epsilon = () => 1e-7;
  override memory = () => ({ unreliable: true });
  override dispose = () => {};
}

const one = (name: string, inputs: Record<string, Tensor>, attrs: object = {}) => runKernel(name, inputs, attrs)[0]!;

const ACTIVATIONS = {
  relu: "Relu",
  silu: "Silu",
  hardSwish: "HardSwish",
  hardSigmoid: "HardSigmoid",
  gelu: "Gelu",
} as const;

/** The operations of src/tensor that are one of a graph's. */
const OWN: OwnOps = {
  padding: true,
  groupedConv: (x, filter, attributes) => one("GroupedConv", { x, filter }, attributes) as Tensor4D,
  activate: (x, activation) => activation === "leakyRelu" ? tf.leakyRelu(x, 0.2) : one(ACTIVATIONS[activation], { x }),
  batchNorm(x, gamma, beta, { mean, variance, epsilon, activation }) {
    const y = one("BatchNorm", { x, gamma, beta, mean, variance }, { epsilon });
    return activation === "none" ? y : ownOps().activate!(y, activation);
  },
  layerNorm: (x, gamma, beta, epsilon) => one("LayerNorm", { x, gamma, beta }, { epsilon }),
};

/**
 * Runs a function on the backend. The backend that was there before is back afterwards, and its tensors stay where they are.
 *
 * @param run Calls TensorFlow.js, at once: not a promise. It is given a function that makes a tensor without values.
 * @returns What was called.
 * @throws {TypeError} If a kernel is called that a graph does not know; it is named.
 */
export function recordCalls(run: (make: (shape: readonly number[]) => Tensor) => void): Calls {
  const recorded: Calls = { calls: [], constants: new Map() };
  const before = tf.getBackend() as string | undefined;
  const kernels = { ...STOCK_KERNELS, ...HOUSE_KERNELS };
  tf.registerBackend(NAME, () => new TraceBackend(recorded.constants));
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => write(recorded, kernelName, kernel, inputs, attrs ?? {});
    tf.registerKernel({ kernelName, backendName: NAME, kernelFunc });
  }
  setOwnOps(NAME, OWN);
  try {
    void tf.setBackend(NAME); // at once, as such a backend needs no start
    tf.tidy(() =>
      run((shape) => tf.engine().makeTensorFromTensorInfo({ dataId: {}, shape: [...shape], dtype: "float32" }))
    );
    return recorded;
  } catch (cause) {
    const [, kernel] = /^Kernel '(\w+)' not registered/.exec((cause as Error).message) ?? [];
    if (kernel === undefined) throw cause;
    throw new TypeError(
      `Cannot put the operation "${kernel}" into a graph as it has no translation: TensorFlow.js's operations that have one ` +
        `are ${Object.keys(STOCK_KERNELS).join(", ")}`,
      { cause },
    );
  } finally {
    for (const name of Object.keys(kernels)) tf.unregisterKernel(name, NAME);
    if (before) void tf.setBackend(before);
    tf.removeBackend(NAME);
  }
}

/** Writes a call down; gives what stands for its result. */
function write(
  { calls }: Calls,
  name: string,
  { op, inputs: order, result }: TracedKernel,
  inputs: tf.NamedTensorInfoMap,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo {
  const read = (order ?? Object.keys(inputs)).map((key) => inputs[key]!);
  const { shape, attributes = {} } = result(read.map((tensor) => tensor.shape), attrs);
  const ids = Object.fromEntries(Object.entries(inputs).map(([key, tensor]) => [key, tensor!.dataId]));
  const output = {};
  calls.push({
    op,
    inputs: read.map(({ dataId }) => dataId),
    output,
    shape,
    attributes,
    ...(Object.hasOwn(STOCK_KERNELS, name) && { stock: { name, inputs: ids, attrs } }),
  });
  return { dataId: output, shape: [...shape], dtype: "float32" };
}
