/**
 * How each backend is loaded, and why it cannot be: TensorFlow (CUDA) through tfjs-node-gpu, WebGPU, wasm with our own
 * kernels, and plain JavaScript.
 *
 * @module
 */
import process from "node:process";
import * as tf from "./tf.ts";
import { bestInstructions, registerKernels, startEngine } from "./wasm/mod.ts";
import { registerKernels as registerGpuKernels, startDevice } from "./webgpu/mod.ts";

/** TensorFlow.js's names of the backends. */
export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** How a backend is loaded. */
export interface LoadOptions {
  /** Threads for wasm. */
  readonly threads: number;
  /** Whether the caller named this backend alone, and so takes it even where a better one may follow. */
  readonly explicit: boolean;
}

/** What a backend turned out to be. */
export interface Loaded {
  /** What it computes on. */
  readonly device: string;
  /** Its software's version. */
  readonly version: string;
  /** Threads that it uses of ours. */
  readonly threads: number;
  /** Which of our own kernels it uses. */
  readonly kernels: "relaxed SIMD" | "SIMD" | "WGSL" | "none";
}

/** The backends in the order in which they are tried; each loads its software only when its turn comes. */
export const LOADERS: Readonly<Record<BackendName, (options: LoadOptions) => Promise<Loaded>>> = {
  tensorflow: loadTensorflow,
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

/** What to do when a backend that was asked for cannot be had. */
export const REMEDIES: Readonly<Record<BackendName, string>> = {
  tensorflow: "install it on a machine with an NVIDIA GPU, CUDA 11.2 and cuDNN 8.1, or ask for another backend",
  webgpu: "install a Vulkan, Metal or Direct3D 12 driver for the GPU, or ask for another backend",
  wasm: "give --allow-read, --allow-env and --allow-sys, or ask for another backend",
  cpu: "ask for another backend",
};

const version = `TensorFlow.js ${tf.version["tfjs"]}`;

async function setBackend(name: BackendName): Promise<void> {
  if (!await tf.setBackend(name)) throw new Error("TensorFlow.js could not set it up");
  await tf.ready();
}

async function loadTensorflow(): Promise<Loaded> {
  repairNodeUtil();
  try {
    await import("@tensorflow/tfjs-node-gpu");
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    const missing = /native addon|tfjs_binding|not find module|not found/i.test(text);
    throw new Error(missing ? "its native part is missing (`deno task gpu:install`)" : firstSentence(text), { cause });
  }
  await setBackend("tensorflow");
  const backend = tf.backend() as tf.KernelBackend & { isUsingGpuDevice?: boolean; binding?: { TF_Version?: string } };
  return {
    device: backend.isUsingGpuDevice ? "GPU through CUDA" : "CPU, as libtensorflow found no GPU",
    version: `${version}, libtensorflow ${backend.binding?.TF_Version ?? "of unknown version"}`,
    threads: 1,
    kernels: "none",
  };
}

/** tfjs-node calls two functions of Node's util that newer Nodes, and Deno, no longer have. */
function repairNodeUtil(): void {
  const util = process.getBuiltinModule("node:util") as unknown as Record<string, unknown>;
  util["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  util["isArray"] ??= Array.isArray;
}

/** A WebGPU adapter that is a program on the CPU gives itself away by its name where the flag is missing. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

async function loadWebgpu({ explicit }: LoadOptions): Promise<Loaded> {
  const adapter = await quietly(() => navigator.gpu?.requestAdapter({ powerPreference: "high-performance" }));
  if (!adapter) {
    const driver = Deno.build.os === "linux"
      ? " (it takes the Vulkan loader, libvulkan1, and the GPU's Vulkan driver)"
      : "";
    throw new Error(`no GPU adapter was found${driver}`);
  }
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const device = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed GPU";
  if (!explicit && (isFallbackAdapter || SOFTWARE.test(device))) {
    throw new Error(`its only adapter is software on the CPU (${device}), which wasm beats`);
  }
  await startDevice(adapter);
  registerGpuKernels();
  return { device, version, threads: 1, kernels: "WGSL" };
}

/** Mesa's drivers complain on standard error where XDG_RUNTIME_DIR is not set, as on servers; they need no such folder. */
async function quietly<T>(find: () => Promise<T> | undefined): Promise<T | undefined> {
  if (Deno.build.os !== "linux" || process.env["XDG_RUNTIME_DIR"] !== undefined) return await find();
  process.env["XDG_RUNTIME_DIR"] = "/";
  try {
    return await find();
  } finally {
    delete process.env["XDG_RUNTIME_DIR"];
  }
}

async function loadWasm({ threads }: LoadOptions): Promise<Loaded> {
  const engine = await startEngine({ threads, instructions: bestInstructions() });
  registerKernels();
  const alone = threads > 1 ? "one thread, as memory cannot be shared here" : "one thread";
  const count = engine.threads === 1 ? alone : `${engine.threads} threads`;
  return { device: `CPU, ${count}`, version, threads: engine.threads, kernels: engine.instructions };
}

async function loadCpu(): Promise<Loaded> {
  await setBackend("cpu");
  return { device: "CPU, plain JavaScript", version, threads: 1, kernels: "none" };
}

/** The first sentence of a message, without its line breaks. */
export function firstSentence(text: string): string {
  return text.replaceAll(/\s+/g, " ").split(/\.\s/)[0]!.slice(0, 200);
}
