/**
 * What light and film add over the whole picture: a falling shadow, a cast of colour, brightness and grain.
 *
 * @module
 */
import { CANVAS } from "./backdrop.ts";
import type { Shot } from "./shot.ts";
import { linear, rect } from "./svg.ts";

const SIDE = 64;

/** The grain's tile as SVG: grey noise of 64 x 64 pixels that joins at its borders. */
export const GRAIN_TILE: string =
  `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><filter id="n" x="0" y="0" width="1" height="1">` +
  `<feTurbulence type="fractalNoise" baseFrequency=".8" numOctaves="2" seed="3" stitchTiles="stitch"/>` +
  `<feColorMatrix values="1.6 0 0 0 -.3 1.6 0 0 0 -.3 1.6 0 0 0 -.3 0 0 0 0 1"/></filter>` +
  `<rect width="${SIDE}" height="${SIDE}" filter="url(#n)"/></svg>`;

/** Paints the grain: on whole pixels, where a pattern costs next to nothing. */
function paintGrain({ grain, grainAt: [x, y] }: Shot, pixel: number, tile: string): string {
  const place = `translate(${-Math.floor(x * SIDE) * pixel} ${-Math.floor(y * SIDE) * pixel}) scale(${pixel})`;
  return `<pattern id="grain" width="${SIDE}" height="${SIDE}" patternUnits="userSpaceOnUse" patternTransform="${place}">` +
    `<image width="${SIDE}" height="${SIDE}" xlink:href="${tile}"/></pattern>` +
    rect([0, 0], CANVAS.width, CANVAS.height, { fill: "url(#grain)", opacity: 0.02 + 0.07 * grain });
}

/**
 * Paints light and grain.
 *
 * @param shot The picture.
 * @param pixel Canvas units per pixel.
 * @param tile Address of the grain's tile; no grain without it.
 * @returns SVG in canvas units.
 */
export function paintLight(shot: Shot, pixel: number, tile?: string): string {
  const { side, strength, warmth, level } = shot.light;
  const { width, height } = CANVAS;
  const all = (fill: string, opacity?: number) => rect([0, 0], width, height, { fill, opacity });
  const [from, to] = side < 0 ? [0, width] : [width, 0];
  const slope = height * 0.3 * (1 - Math.abs(side));
  const dark = 0.34 * strength * Math.abs(side);
  return linear("dusk", [from, 0], [to, slope], [[0.15, "#0a0612", 0], [1, "#0a0612", dark]]) + all("url(#dusk)") +
    all(warmth > 0 ? "#ff9a30" : "#3a7cff", 0.16 * Math.abs(warmth)) +
    all(level > 0 ? "#fff" : "#000", 0.24 * Math.abs(level)) +
    (tile ? paintGrain(shot, pixel, tile) : "");
}
