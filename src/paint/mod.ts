/**
 * Paints labelled synthetic faces: the demonstration's and the tests' data.
 *
 * @module
 */
export { type PaintedFaces, paintFaces, type PaintOptions } from "./dataset.ts";
export type { Change, Damage } from "./alter.ts";
export type { FaultOptions, PlantedFault } from "./faults.ts";
export type { WrongLabel } from "./planting.ts";
export type { AgeGroup, Shares } from "./population.ts";
export type { Gender } from "./traits.ts";
