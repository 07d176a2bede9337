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

/**
 * Checks that labels are class numbers, all of them known.
 *
 * @param attempt What cannot be done otherwise.
 * @param name What the labels are called.
 * @param labels The labels.
 * @param bounds How many classes there are; any number unless given.
 * @throws {RangeError} If there is none, or one is not a class number.
 */
export function checkLabels(
  attempt: string,
  name: string,
  labels: ArrayLike<number>,
  { classes = Infinity }: { classes?: number } = {},
): void {
  if (labels.length === 0) throw new RangeError(`Cannot ${attempt} as ${name} must not be empty`);
  let bad = 0, first = -1;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label >= 0 && label < classes && Number.isInteger(label)) continue;
    if (bad++ === 0) first = i;
  }
  if (bad === 0) return;
  const rule = classes === Infinity ? "at least 0" : `from 0 to ${classes - 1}`;
  const value = `${labels[first]}${labels[first] === -1 ? " (unknown)" : ""}`;
  throw new RangeError(
    `Cannot ${attempt} as ${name} must be whole numbers ${rule}: ${bad} of ${labels.length} are not, ` +
      `the first at index ${first}; current value is ${value}`,
  );
}
