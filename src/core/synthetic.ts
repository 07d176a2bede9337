/**
 * Which samples were made by a network: their ids say so, so that no list must travel with them.
 *
 * @module
 */

/** What the ids of generated samples and of their groups begin with. */
export const SYNTHETIC_PREFIX = "synthetic-";

/**
 * Whether an id is a generated sample's, or a generated group's. Such samples may be trained on, and never be validated on.
 *
 * @param id A sample's id, or its group.
 */
export function isSynthetic(id: string): boolean {
  return id.startsWith(SYNTHETIC_PREFIX);
}
