/**
 * The assertions that maskfold's tests use, under the names and signatures of jsr:@std/assert, built on Node's assert.
 *
 * @module
 */
import assertNode, { AssertionError } from "node:assert/strict";

export { AssertionError };

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless the condition holds. */
export function assert(condition: unknown, message = ""): asserts condition {
  if (!condition) throw new AssertionError({ message: message || "Expected a true condition" });
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertNode.deepStrictEqual(actual, expected, message);
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assertNode.notDeepStrictEqual(actual, expected, message);
}

/** Fails unless both numbers are within a tolerance of each other. */
export function assertAlmostEquals(actual: number, expected: number, tolerance = 1e-7, message?: string): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance) return;
  throw new AssertionError({ message: message ?? `Expected ${actual} to be within ${tolerance} of ${expected}` });
}

/** Fails unless the first is less than the second. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  if (!(actual < expected)) throw new AssertionError({ message: message ?? `Expected ${actual} < ${expected}` });
}

/** Fails unless the first is at most the second. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual <= expected)) throw new AssertionError({ message: message ?? `Expected ${actual} <= ${expected}` });
}

/** Fails unless the first is greater than the second. */
export function assertGreater<T>(actual: T, expected: T, message?: string): void {
  if (!(actual > expected)) throw new AssertionError({ message: message ?? `Expected ${actual} > ${expected}` });
}

/** Fails unless the first is at least the second. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void {
  if (!(actual >= expected)) throw new AssertionError({ message: message ?? `Expected ${actual} >= ${expected}` });
}

/** Fails unless the text contains the part. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  if (!actual.includes(expected)) {
    throw new AssertionError({
      message: message ?? `Expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}`,
    });
  }
}

/** Fails unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  if (!expected.test(actual)) {
    throw new AssertionError({ message: message ?? `Expected ${JSON.stringify(actual)} to match ${expected}` });
  }
}

/** Fails unless the function throws, an error of the class and with the text if given; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  messageIncludes = "",
  message?: string,
): E {
  let caught: unknown;
  try {
    fn();
  } catch (error) {
    caught = error;
    return checkError(caught, errorClass, messageIncludes, message);
  }
  throw new AssertionError({ message: message ?? "Expected the function to throw" });
}

/** Fails unless the promise rejects, with an error of the class and with the text if given; resolves to the error. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  messageIncludes = "",
  message?: string,
): Promise<E> {
  let caught: unknown;
  try {
    await fn();
  } catch (error) {
    caught = error;
    return checkError(caught, errorClass, messageIncludes, message);
  }
  throw new AssertionError({ message: message ?? "Expected the function to reject" });
}

function checkError<E extends Error>(
  caught: unknown,
  errorClass: ErrorClass<E> | undefined,
  messageIncludes: string,
  message: string | undefined,
): E {
  if (!(caught instanceof (errorClass ?? Error))) {
    const found = caught instanceof Error ? `${caught.name}: ${caught.message}` : Deno.inspect(caught);
    throw new AssertionError({ message: message ?? `Expected ${errorClass?.name ?? "Error"}, got ${found}` });
  }
  if (!caught.message.includes(messageIncludes)) {
    throw new AssertionError({
      message: message ?? `Expected the error message to contain ${JSON.stringify(messageIncludes)}: ${caught.message}`,
    });
  }
  return caught as E;
}
