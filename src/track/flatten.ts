/**
 * Records as flat lists of names and values, as trackers show hyperparameters.
 *
 * @module
 */
import type { Json } from "./events.ts";

/** What a flat list holds. */
export type Plain = number | boolean | string;

/**
 * Flattens a record: `{ model: { name: "b0" } }` is `model.name`; a list, and null, is JSON.
 *
 * @param record The record.
 * @returns Names, with dots between the record's own, and values.
 */
export function flatten(record: Json): readonly (readonly [name: string, value: Plain])[] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return [];
  return Object.entries(record as Readonly<Record<string, Json>>).flatMap(([name, value]) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return flatten(value).map(([below, plain]) => [`${name}.${below}`, plain] as const);
    }
    if (value === undefined) return [];
    return [[name, typeof value === "object" ? JSON.stringify(value) : value as Plain] as const];
  });
}
