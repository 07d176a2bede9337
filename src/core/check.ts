/**
 * Argument checks, and the forms in which error messages show values and choices.
 *
 * @module
 */

/** Choices as they stand in a message: `"a", "b", "c"`. */
export function list(names: Iterable<string>): string {
  return [...names].map((name) => `"${name}"`).join(", ");
}

/** A value as it stands in a message: text in quotes, everything else as it prints, cut at 80 characters. */
export function show(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : Deno.inspect(value, { depth: 1, colors: false });
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/**
 * Checks that a number is whole and within bounds.
 *
 * @param attempt What cannot be done otherwise, as in "split into folds".
 * @param name The option's name.
 * @param value The value found.
 * @param bounds The lowest and the highest value allowed.
 * @throws {RangeError} If it is not.
 */
export function checkInteger(
  attempt: string,
  name: string,
  value: number,
  { min, max = Infinity }: { min: number; max?: number },
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const rule = max === Infinity ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  throw new RangeError(`Cannot ${attempt} as ${name} must be ${rule}: current value is ${show(value)}`);
}

/**
 * Checks that two columns have as many rows.
 *
 * @throws {TypeError} If they have not.
 */
export function checkSameLength(
  attempt: string,
  columns: Readonly<Record<string, { readonly length: number } | undefined>>,
): void {
  const lengths = Object.entries(columns).flatMap(([name, column]) => column ? [[name, column.length] as const] : []);
  if (lengths.every(([, length]) => length === lengths[0]![1])) return;
  throw new TypeError(
    `Cannot ${attempt} as all must have the same length: current lengths are ${
      lengths.map(([name, length]) => `${name} ${length}`).join(", ")
    }`,
  );
}
