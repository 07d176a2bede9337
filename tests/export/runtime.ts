/**
 * onnxruntime-node for tests. It is no dependency of maskfold, as it is large: `deno add npm:onnxruntime-node@1.30.0` has the
 * tests run that need it, and .ci/run does so for its time.
 *
 * @module
 */
const PACKAGE: string = "onnxruntime-node";

type Numbers = Float32Array | Uint8Array;
interface Runtime {
  readonly Tensor: new (type: string, data: Numbers, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: object): Promise<{
      run(feeds: object): Promise<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>;
    }>;
  };
}

const runtime = await import(PACKAGE).then((module) => module as Runtime, () => undefined);

/** Whether the package is there. */
export const isThere: boolean = runtime !== undefined;

/** Opens a file; gives a function that runs it, and its results by name. */
export async function open(bytes: Uint8Array) {
  const session = await runtime!.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  return (data: Numbers, dims: readonly number[]) =>
    session.run({ input: new runtime!.Tensor(data instanceof Uint8Array ? "uint8" : "float32", data, dims) });
}
