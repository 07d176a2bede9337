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
  explained(() => assertNode.deepStrictEqual(actual, expected), message);
}

/** Fails if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  explained(() => assertNode.notDeepStrictEqual(actual, expected), message);
}

/** Fails unless both are the same value or object. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T {
  explained(() => assertNode.strictEqual(actual, expected), message);
}

/** Fails unless the value is an instance of the class. */
export function assertInstanceOf<C extends abstract new (...args: never[]) => unknown>(
  actual: unknown,
  expectedType: C,
  message = "",
): asserts actual is InstanceType<C> {
  if (actual instanceof expectedType) return;
  throw new AssertionError({
    message: message || `Expected an instance of ${expectedType.name}: ${Deno.inspect(actual)}`,
  });
}

/** Fails if the value is null or undefined. */
export function assertExists<T>(actual: T, message = ""): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    throw new AssertionError({ message: message || `Expected a value, got ${actual}` });
  }
}

/** Fails unless both numbers are within a tolerance of each other; by default 1e-7 of the expected one. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void {
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= allowed) return;
  throw new AssertionError({ message: message ?? `Expected ${actual} to be within ${allowed} of ${expected}` });
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
export function assertThrows(fn: () => unknown, message?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass: ErrorClass<E>,
  messageIncludes?: string,
  message?: string,
): E;
export function assertThrows(fn: () => unknown, ...expected: Expected): unknown {
  let caught: unknown;
  try {
    fn();
  } catch (error) {
    caught = error;
    return checkError(caught, expected);
  }
  throw new AssertionError({ message: "Expected the function to throw" });
}

/** Fails unless the promise rejects, with an error of the class and with the text if given; resolves to the error. */
export function assertRejects(fn: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass: ErrorClass<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
export async function assertRejects(fn: () => PromiseLike<unknown>, ...expected: Expected): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError({ message: `Expected the function to reject, but it threw: ${error}` });
  }
  let caught: unknown;
  try {
    await promise;
  } catch (error) {
    caught = error;
    return checkError(caught, expected);
  }
  throw new AssertionError({ message: "Expected the function to reject" });
}

/** Runs one of Node's assertions and puts the message before what it says. */
function explained(check: () => void, message: string | undefined): void {
  try {
    check();
  } catch (error) {
    if (message === undefined || !(error instanceof AssertionError)) throw error;
    throw new AssertionError({ message: `${message}: ${error.message}` });
  }
}

type Expected = [message?: string] | [errorClass: ErrorClass<Error>, messageIncludes?: string, message?: string];

function checkError(caught: unknown, [errorClass, messageIncludes = "", message]: Expected): unknown {
  if (errorClass === undefined || typeof errorClass === "string") return caught;
  const suffix = message ? `: ${message}` : "";
  if (!(caught instanceof errorClass)) {
    const found = caught instanceof Error ? `${caught.name}: ${caught.message}` : Deno.inspect(caught);
    throw new AssertionError({ message: `Expected ${errorClass.name}, got ${found}${suffix}` });
  }
  if (!caught.message.includes(messageIncludes)) {
    const found = `Expected the error message to contain ${JSON.stringify(messageIncludes)}: ${caught.message}`;
    throw new AssertionError({ message: `${found}${suffix}` });
  }
  return caught;
}
