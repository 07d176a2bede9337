/**
 * Records side by side, of which only what differs is kept.
 *
 * @module
 */
/** One option, fact or version in which runs differ. */
export interface Difference {
  /** Where it stands: `model.dropPath`, or `augments.colorJitter.hue` within a list of parts. */
  readonly name: string;
  /** What each run has there; undefined where it has nothing. */
  readonly values: readonly unknown[];
}

/**
 * A record as one level, its keys joined with dots. A list of parts becomes their names, joined with plus signs, and each part's
 * options below its name, so that a part which was put in between moves no other; any other list stays as it is.
 *
 * @param value A value as JSON knows them.
 * @returns What stands at each place, in order.
 */
export function flatten(value: unknown): ReadonlyMap<string, unknown> {
  const flat = new Map<string, unknown>();
  const walk = (value: unknown, path: string) => {
    if (isParts(value)) {
      flat.set(path, value.map(({ name }) => name).join("+") || "none");
      const times = new Map<string, number>();
      for (const { name, ...options } of value) {
        const time = (times.get(name) ?? 0) + 1;
        times.set(name, time);
        walk(options, `${path}.${name}${time > 1 ? ` ${time}` : ""}`);
      }
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      const entries = Object.entries(value).toSorted(([a], [b]) => Number(b === "name") - Number(a === "name"));
      for (const [key, inner] of entries) walk(inner, path === "" ? key : `${path}.${key}`);
    } else if (value !== undefined) flat.set(path, value);
  };
  walk(value, "");
  return flat;
}

function isParts(value: unknown): value is readonly { readonly name: string }[] {
  return Array.isArray(value) &&
    value.every((part) => typeof part === "object" && part !== null && typeof part.name === "string");
}

/**
 * What differs between records.
 *
 * @param flats Each record as {@linkcode flatten} makes it.
 * @returns The places at which not all have the same, in the order in which the outermost keys first occur.
 */
export function differencesOf(flats: readonly ReadonlyMap<string, unknown>[]): readonly Difference[] {
  const names = [...new Set(flats.flatMap((flat) => [...flat.keys()]))];
  const topOf = (name: string) => name.split(".")[0]!, tops = names.map(topOf);
  names.sort((a, b) => tops.indexOf(topOf(a)) - tops.indexOf(topOf(b))); // what only a later record has joins its part
  return names.flatMap((name) => {
    const values = flats.map((flat) => flat.get(name));
    return new Set(values.map((value) => JSON.stringify(value))).size === 1 ? [] : [{ name, values }];
  });
}

/** A value as it stands in a table; `-` for nothing. */
export function valueText(value: unknown): string {
  return value === undefined ? "-" : typeof value === "string" ? value : JSON.stringify(value);
}
