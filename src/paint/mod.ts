/**
 * Paints labelled synthetic faces: the demonstration's and the tests' data.
 *
 * @module
 */
export { type PaintedFaces, paintFaces, type PaintOptions } from "./dataset.ts";
export type { PlantedFault } from "./planting.ts";
export type { AgeGroup, Shares } from "./population.ts";
export type { Gender } from "./traits.ts";
