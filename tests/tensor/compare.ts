/**
 * Runs the same computation on the cpu backend and on every build and number of threads of the wasm engine.
 *
 * @module
 */
import { assert } from "@std/assert";
import { randomInt, randomNormal, type Rng, seededRng } from "../../src/core/rng.ts";
import * as tf from "../../src/tensor/tf.ts";
import { initBackend } from "../../src/tensor/mod.ts";
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

/** A generator whose seed is printed, so that a failure can be had again: `SEED=... deno test`. */
export function printedRng(): Rng {
  const seed = Deno.env.get("SEED") ?? `${Math.floor(performance.timeOrigin) % 100_000}`;
  console.log(`seed ${seed}`);
  return seededRng(seed);
}

/** A whole number from low to high. */
export function between(rng: Rng, low: number, high: number): number {
  return low + randomInt(rng, high - low + 1);
}

/** One of some values. */
export function oneOf<T>(rng: Rng, values: readonly T[]): T {
  return values[randomInt(rng, values.length)]!;
}

/** Standard normal values. */
export function normals(rng: Rng, length: number): Float32Array {
  return Float32Array.from({ length }, () => randomNormal(rng));
}

/** Runs cases on a backend; tensors are made there and disposed of. */
export function valuesOf(cases: readonly Case[], inputs: readonly Float32Array[][]): Float32Array[][] {
  return cases.map(({ shapes, run }, i) => {
    const results = tf.tidy(() => run(...shapes.map((shape, k) => tf.tensor(inputs[i]![k]!, shape))));
    const values = results.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose(results);
    return values.map((value) => value.slice());
  });
}

/**
 * Asserts that cases have the cpu backend's results in every setting, up to `tolerance` times the largest value, and the
 * same bits whatever the number of threads.
 */
export async function assertCases(cases: readonly Case[], rng: Rng, tolerance: number): Promise<void> {
  const inputs = cases.map(({ shapes }) => shapes.map((shape) => normals(rng, tf.util.sizeFromShape(shape))));
  await initBackend({ need: "train", prefer: "cpu" });
  const expected = valuesOf(cases, inputs);
  await initBackend({ need: "train", prefer: "wasm" });
  let single: Float32Array[][] = [];
  for (const [instructions, threads] of SETTINGS) {
    await startEngine({ instructions, threads });
    const tensors = tf.memory().numTensors;
    const actual = valuesOf(cases, inputs);
    assert(tf.memory().numTensors === tensors, `tensors grew from ${tensors} to ${tf.memory().numTensors}`);
    if (threads === 1) single = actual;
    cases.forEach(({ name }, i) =>
      actual[i]!.forEach((values, k) => {
        const where = `result ${k} of ${name}, ${instructions}, ${threads} threads`;
        assertNear(values, expected[i]![k]!, tolerance, where);
        if (threads > 1) assert(sameBits(values, single[i]![k]!), `other bits than with one thread: ${where}`);
      })
    );
  }
}

/** Asserts that values differ by at most `tolerance` times the largest expected one. */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  where = "",
): void {
  assert(actual.length === expected.length, `${actual.length} values for ${expected.length}: ${where}`);
  let scale = 1e-3, off = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= off)) off = difference;
  }
  assert(off <= tolerance * scale, `off by ${off} where the largest value is ${scale}: ${where}`);
}

/** Whether two arrays have the same bits. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  const x = new Uint32Array(a.buffer, a.byteOffset, a.length), y = new Uint32Array(b.buffer, b.byteOffset, b.length);
  return x.length === y.length && x.every((value, i) => value === y[i]);
}
