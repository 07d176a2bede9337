/**
 * How a head stands in the picture. Features are given on a head that looks straight ahead, in units of which the face is
 * about 150 wide, with the origin between the eyes; turning and nodding move each by its depth, and the SVG group adds
 * tilt, scale and place.
 *
 * @module
 */
import type { Point } from "./svg.ts";

/** A head's pose. */
export interface Pose {
  /** Turn to the picture's right, in radians. */
  readonly yaw: number;
  /** Nod down, in radians. */
  readonly pitch: number;
  /** Tilt to the picture's right, in degrees. */
  readonly roll: number;
  /** Canvas units per head unit. */
  readonly scale: number;
  /** Where the point between the eyes falls on a canvas of 384 x 512. */
  readonly centre: Point;
  /** How far the shoulders stand to the right of the head, in head units. */
  readonly lean: number;
}

/** Depth of the face's surface towards the viewer, in head units. */
export function depth(x: number, y: number): number {
  return 76 * Math.sqrt(Math.max(0, 1 - (x / 80) ** 2 - ((Math.min(y, 92) + 8) / 136) ** 2));
}

/** Where a point of the head falls in the head's group; `z` defaults to the face's surface. */
export type Projector = (x: number, y: number, z?: number) => Point;

/**
 * The projection of a pose's turn and nod, with slight perspective.
 *
 * @param pose The pose.
 * @returns From head units to the units of the head's group.
 */
export function projector({ yaw, pitch }: Pick<Pose, "yaw" | "pitch">): Projector {
  const [cosYaw, sinYaw, cosPitch, sinPitch] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
  return (x, y, z = depth(x, y)) => {
    const turned = x * cosYaw + z * sinYaw;
    const near = z * cosYaw - x * sinYaw;
    const nodded = y * cosPitch + near * sinPitch;
    const size = 1 + (near * cosPitch - y * sinPitch) * 0.0005;
    return [turned * size, nodded * size];
  };
}
