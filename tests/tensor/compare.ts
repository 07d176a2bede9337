/**
 * Runs the same computation on the cpu backend and on every build and number of threads of the wasm engine; or, with
 * `MASKFOLD_TEST_BACKEND=webgpu deno test`, on the backend of that name, so that a machine with a GPU runs the same tests.
 *
 * @module
 */
import { assert } from "@std/assert";
import { randomInt, randomNormal, type Rng } from "../../src/core/rng.ts";
import * as tf from "../../src/tensor/tf.ts";
import { type BackendName, initBackend } from "../../src/tensor/mod.ts";
import { type Instructions, startEngine } from "../../src/tensor/wasm/mod.ts";

/** A computation on random inputs. */
export interface Case {
  /** Shapes and options, for messages. */
  readonly name: string;
  /** Shapes of the inputs. */
  readonly shapes: readonly number[][];
  /** The results to compare. */
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor[];
}

/** The engine's settings that a result must not depend on beyond rounding: `[build, threads]`. */
export const SETTINGS: readonly (readonly [Instructions, number])[] = [
  ["relaxed SIMD", 1],
  ["relaxed SIMD", 2],
  ["SIMD", 1],
  ["SIMD", 2],
];

/** One of some values. */
export function oneOf<T>(rng: Rng, values: readonly T[]): T {
  return values[randomInt(rng, values.length)]!;
}

/** Standard normal values. */
export function normals(rng: Rng, length: number): Float32Array {
  return Float32Array.from({ length }, () => randomNormal(rng));
}

/** Runs cases on the current backend; tensors are made there and disposed of. */
export async function valuesOf(cases: readonly Case[], inputs: readonly Float32Array[][]): Promise<Float32Array[][]> {
  const values: Float32Array[][] = [];
  for (const [i, { shapes, run }] of cases.entries()) {
    const results = tf.tidy(() => run(...shapes.map((shape, k) => tf.tensor(inputs[i]![k]!, shape))));
    const read = await Promise.all(results.map((tensor) => tensor.data())); // a GPU is not read at once
    values.push(read.map((value) => (value as Float32Array).slice()));
    tf.dispose(results);
  }
  return values;
}

/** The backend to compare with cpu in place of wasm's settings, if one is named. */
const OTHER = Deno.env.get("MASKFOLD_TEST_BACKEND") as BackendName | undefined;

/**
 * Asserts that cases have the cpu backend's results in every setting, up to `tolerance` times the largest value, and the
 * same bits whatever the number of threads.
 */
export async function assertCases(cases: readonly Case[], rng: Rng, tolerance: number): Promise<void> {
  const inputs = cases.map(({ shapes }) => shapes.map((shape) => normals(rng, tf.util.sizeFromShape(shape))));
  await initBackend({ need: "train", prefer: "cpu" });
  const expected = await valuesOf(cases, inputs);
  const compare = async (setting: string) => {
    const tensors = tf.memory().numTensors;
    const actual = await valuesOf(cases, inputs);
    assert(tf.memory().numTensors === tensors, `tensors grew from ${tensors} to ${tf.memory().numTensors}`);
    eachResult(cases, actual, (values, i, k, name) => {
      assertNear(values, expected[i]![k]!, tolerance, `${name}, ${setting}`);
    });
    return actual;
  };
  await initBackend({ need: "train", prefer: OTHER ?? "wasm" });
  if (OTHER !== undefined) return void await compare(`backend ${OTHER}`);
  let single: Float32Array[][] = [];
  for (const [instructions, threads] of SETTINGS) {
    await startEngine({ instructions, threads });
    const setting = `${instructions}, ${threads} threads`;
    const actual = await compare(setting);
    if (threads === 1) single = actual;
    else {
      eachResult(cases, actual, (values, i, k, name) => {
        assert(sameBits(values, single[i]![k]!), `other bits than with one thread: ${name}, ${setting}`);
      });
    }
  }
}

/** Calls with every result of every case, and what it is called. */
function eachResult(
  cases: readonly Case[],
  actual: readonly Float32Array[][],
  check: (values: Float32Array, i: number, k: number, name: string) => void,
): void {
  cases.forEach(({ name }, i) => actual[i]!.forEach((values, k) => check(values, i, k, `result ${k} of ${name}`)));
}

/**
 * Asserts that values differ by at most `tolerance` times the largest expected one, or times 0.05 if that is more: what
 * remains of sums of ordinary terms that cancel is as far off as they are.
 */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  where = "",
): void {
  assert(actual.length === expected.length, `${actual.length} values for ${expected.length}: ${where}`);
  let scale = 0.05, off = 0; // NaN stays: nothing is greater
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(difference) || difference > off) off = difference;
  }
  assert(off <= tolerance * scale, `off by ${off} where the largest value is ${scale}: ${where}`);
}

/** Whether two arrays have the same bits. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  const x = new Uint32Array(a.buffer, a.byteOffset, a.length), y = new Uint32Array(b.buffer, b.byteOffset, b.length);
  return x.length === y.length && x.every((value, i) => value === y[i]);
}
