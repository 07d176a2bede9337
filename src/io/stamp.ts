/**
 * The time of day and names that are nobody else's: for stamps in files, on which no result depends.
 *
 * @module
 */

/** The time of day in milliseconds since 1970. */
export function timeOfDay(): number {
  return Date.now();
}

/** A name that no other has: 32 hexadecimal digits. */
export function newId(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/**
 * A time as names of files have it, by the world's clock: `20261124_050307`.
 *
 * @param time Milliseconds since 1970.
 */
export function timeInName(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
}
