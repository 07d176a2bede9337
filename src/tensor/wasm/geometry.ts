/**
 * A convolution's sizes where the kernels read them.
 *
 * @module
 */
import type { ConvInfo } from "../shapes.ts";
import { engine } from "./engine.ts";

/** Sizes as the kernels' class Geometry holds them. */
export interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly gridHeight: number;
  readonly gridWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
}

/** The geometry of a forward convolution. */
export function geometryOf(info: ConvInfo): Geometry {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    gridHeight: info.outHeight,
    gridWidth: info.outWidth,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
  };
}

/** Writes a geometry where kernels read it; it stays until the next. */
export function placeGeometry(geometry: Geometry): number {
  const { memory, scratch } = engine();
  const address = scratch("geometry", 64);
  // In the order of the fields of class Geometry in convolution.as.
  new Int32Array(memory.buffer, address, 11).set([
    geometry.height,
    geometry.width,
    geometry.channels,
    geometry.gridHeight,
    geometry.gridWidth,
    geometry.filterHeight,
    geometry.filterWidth,
    geometry.strideY,
    geometry.strideX,
    geometry.top,
    geometry.left,
  ]);
  return address;
}
