/**
 * Records, schemas, seeded randomness and choices by name: plain TypeScript, no files, tensors or frames.
 *
 * @module
 */
export * from "./records.ts";
export * from "./schema.ts";
export * from "./rng.ts";
export * from "./parts.ts";
export * from "./synthetic.ts";
