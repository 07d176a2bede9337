/**
 * The few SVG primitives that the pictures are made of. Gradients and clips are written where they are first used, which
 * SVG allows, so that every fragment stands on its own.
 *
 * @module
 */

/** A point in the units of its group, x to the right and y down. */
export type Point = readonly [x: number, y: number];

/** Left and right, as signs of x. */
export const SIDES = [-1, 1] as const;

/** How a shape is filled and stroked; what is left out is not drawn. */
export interface Ink {
  /** Fill colour or `url(#id)`. */
  readonly fill?: string;
  /** Stroke colour. */
  readonly stroke?: string;
  /** Stroke width. */
  readonly width?: number;
  /** Opacity, 0..1. */
  readonly opacity?: number;
  /** Id of a clip path. */
  readonly clip?: string;
}

/** Texts of -200 to 600 in tenths: writing a fraction out takes five times as long as looking it up, and is most of the work. */
const TENTHS: readonly string[] = Array.from({ length: 8001 }, (_, i) => `${(i - 2000) / 10}`);

/** A number with one decimal at most. */
export function num(value: number): string {
  const tenths = Math.round(value * 10);
  return TENTHS[tenths + 2000] ?? `${tenths / 10}`;
}

function at([x, y]: Point): string {
  return `${num(x)} ${num(y)}`;
}

/** Cubic pieces through the points after the first, by Catmull and Rom's spline. */
function pieces(points: readonly Point[], closed: boolean): string {
  const n = points.length;
  const point = (i: number) => closed ? points[(i + n) % n]! : points[Math.min(Math.max(i, 0), n - 1)]!;
  let d = "";
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [p, a, b, q] = [point(i - 1), point(i), point(i + 1), point(i + 2)];
    d += `C${at([a[0] + (b[0] - p[0]) / 6, a[1] + (b[1] - p[1]) / 6])} ${
      at([b[0] - (q[0] - a[0]) / 6, b[1] - (q[1] - a[1]) / 6])
    } ${at(b)}`;
  }
  return d;
}

/** Path data of an open smooth curve through points. */
export function curve(points: readonly Point[]): string {
  return `M${at(points[0]!)}${pieces(points, false)}`;
}

/** Path data of a closed smooth curve through points. */
export function loop(points: readonly Point[]): string {
  return `M${at(points[0]!)}${pieces(points, true)}Z`;
}

/** Path data of a closed outline: smooth within each run of points, with a corner where one run meets the next. */
export function outline(...runs: readonly (readonly Point[])[]): string {
  return `${runs.map((run, i) => `${i === 0 ? "M" : "L"}${at(run[0]!)}${pieces(run, false)}`).join("")}Z`;
}

function attributes({ fill, stroke, width, opacity, clip }: Ink): string {
  let text = fill ? ` fill="${fill}"` : ` fill="none"`;
  if (stroke) text += ` stroke="${stroke}" stroke-width="${num(width ?? 1)}"`;
  if (opacity !== undefined && opacity < 1) {
    const kind = fill && stroke ? "opacity" : fill ? "fill-opacity" : "stroke-opacity"; // "opacity" needs a layer of its own
    text += ` ${kind}="${Math.round(opacity * 1000) / 1000}"`;
  }
  return clip ? `${text} clip-path="url(#${clip})"` : text;
}

/** A path from its data. */
export function path(d: string, ink: Ink): string {
  return (ink.opacity ?? 1) < 0.01 ? "" : `<path d="${d}"${attributes(ink)}/>`;
}

/** An ellipse; `turn` in degrees, clockwise. */
export function ellipse([x, y]: Point, rx: number, ry: number, ink: Ink, turn = 0): string {
  if ((ink.opacity ?? 1) < 0.01) return "";
  const transform = turn ? ` transform="rotate(${num(turn)} ${at([x, y])})"` : "";
  return `<ellipse cx="${num(x)}" cy="${num(y)}" rx="${num(rx)}" ry="${num(ry)}"${attributes(ink)}${transform}/>`;
}

/** A rectangle. */
export function rect([x, y]: Point, width: number, height: number, ink: Ink): string {
  if ((ink.opacity ?? 1) < 0.01) return "";
  return `<rect x="${num(x)}" y="${num(y)}" width="${num(width)}" height="${num(height)}"${attributes(ink)}/>`;
}

/** A group with a transform. */
export function group(transform: string, ...content: readonly string[]): string {
  return `<g transform="${transform}">${content.join("")}</g>`;
}

/** A clip path's definition. */
export function clip(id: string, d: string): string {
  return `<clipPath id="${id}"><path d="${d}"/></clipPath>`;
}

/** A stop of a gradient: place 0..1, colour, opacity 0..1. */
export type Stop = readonly [offset: number, colour: string, opacity?: number];

function stopTags(stops: readonly Stop[]): string {
  return stops.map(([offset, colour, opacity = 1]) =>
    `<stop offset="${Math.round(offset * 100) / 100}" stop-color="${colour}"${
      opacity < 1 ? ` stop-opacity="${Math.round(opacity * 1000) / 1000}"` : ""
    }/>`
  ).join("");
}

/** A linear gradient's definition, between two points in the user's units. */
export function linear(id: string, [x1, y1]: Point, [x2, y2]: Point, stops: readonly Stop[]): string {
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${num(x1)}" y1="${num(y1)}" x2="${
    num(x2)
  }" y2="${num(y2)}">${stopTags(stops)}</linearGradient>`;
}

/** A radial gradient's definition that fits the box of whatever it fills. */
export function radial(id: string, stops: readonly Stop[]): string {
  return `<radialGradient id="${id}">${stopTags(stops)}</radialGradient>`;
}
