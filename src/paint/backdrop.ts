/**
 * What stands behind a person: a plain wall, a gradient, blurred shapes or a room.
 *
 * @module
 */
import type { Rng } from "../core/rng.ts";
import { darker, hex, hsl, lighter, mix, type Rgb } from "./colour.ts";
import { pick, uniform } from "./draw.ts";
import { ellipse, linear, path, radial, rect } from "./svg.ts";

/** A backdrop. */
export interface Backdrop {
  readonly kind: "plain" | "gradient" | "blurs" | "room";
  readonly colour: Rgb;
  readonly second: Rgb;
  /** For the places of its shapes. */
  readonly rng: Rng;
}

/** The canvas that every picture is drawn on. */
export const CANVAS = { width: 384, height: 512 } as const;

/**
 * Draws a backdrop's traits.
 *
 * @param rng The backdrop's own generator.
 */
export function drawBackdrop(rng: Rng): Backdrop {
  const hue = uniform(rng, 0, 360);
  const colour = hsl(hue, 0.32 * rng() ** 1.6 + 0.02, uniform(rng, 0.3, 0.92));
  return {
    kind: pick(rng, { plain: 0.26, gradient: 0.22, blurs: 0.26, room: 0.26 }),
    colour,
    second: hsl(hue + uniform(rng, -90, 90), uniform(rng, 0.04, 0.34), uniform(rng, 0.24, 0.88)),
    rng: rng.fork("shapes"),
  };
}

function blurs({ colour, second, rng }: Backdrop): string {
  let out = "";
  for (let i = 0; i < 5; i++) {
    const tint = mix(i % 2 ? colour : second, hsl(uniform(rng, 0, 360), 0.3, uniform(rng, 0.2, 0.8)), 0.5);
    const fill = hex(tint);
    out += radial(`bg${i}`, [[0, fill, 0.85], [0.6, fill, 0.6], [1, fill, 0]]);
    const at = [uniform(rng, -20, 404), uniform(rng, -20, 460)] as const;
    out += ellipse(at, uniform(rng, 50, 150), uniform(rng, 50, 150), { fill: `url(#bg${i})` });
  }
  return out;
}

function room({ colour, second, rng }: Backdrop): string {
  const corner = uniform(rng, -60, 440);
  const slant = uniform(rng, -14, 14);
  const side = rng() < 0.5 ? -40 : 424;
  let out = path(`M${corner} 0L${corner + slant} 512L${side} 512L${side} 0Z`, { fill: hex(darker(colour, 0.13)) });
  const left = rng() < 0.5 ? uniform(rng, -70, 40) : uniform(rng, 240, 350);
  const [width, height] = [uniform(rng, 70, 150), uniform(rng, 90, 260)];
  const top = uniform(rng, -30, 90);
  const thing = pick(rng, { window: 1, frame: 1, shelf: 1, door: 1 });
  const trim = hex(mix(lighter(colour, 0.5), second, 0.2));
  if (thing === "shelf") {
    for (let row = 0; row < 3; row++) {
      const y = top + row * 74;
      for (let x = left + 4; x < left + width - 14; x += 15) {
        const tall = uniform(rng, 34, 56);
        const book = hsl(uniform(rng, 0, 360), 0.3, uniform(rng, 0.25, 0.7));
        out += rect([x, y + 62 - tall], uniform(rng, 9, 14), tall, { fill: hex(book) });
      }
      out += rect([left - 4, y + 62], width + 8, 6, { fill: hex(darker(second, 0.35)) });
    }
    return out;
  }
  const tall = thing === "door" ? 512 : height;
  out += rect([left, top], width, tall, { fill: hex(second), stroke: trim, width: 9 });
  if (thing === "window") {
    out += rect([left, top], width, tall, { fill: hex(lighter(second, 0.7)) });
    out += path(`M${left + width / 2} ${top}v${tall}M${left} ${top + tall / 2}h${width}`, { stroke: trim, width: 6 });
  }
  if (thing === "frame") {
    out += ellipse([left + width / 2, top + tall * 0.62], width * 0.36, tall * 0.24, {
      fill: hex(darker(second, 0.3)),
    });
  }
  return out;
}

/**
 * Paints a backdrop over the whole canvas.
 *
 * @param backdrop What it shows.
 * @returns SVG in canvas units.
 */
export function paintBackdrop(backdrop: Backdrop): string {
  const { kind, colour, second } = backdrop;
  const { width, height } = CANVAS;
  const [from, to] = kind === "gradient"
    ? [colour, mix(colour, second, 0.8)]
    : [lighter(colour, 0.08), darker(colour, kind === "plain" ? 0.12 : 0.06)];
  const base = linear("bg", [0, 0], [kind === "gradient" ? width * 0.6 : 60, height], [[0, hex(from)], [1, hex(to)]]) +
    rect([0, 0], width, height, { fill: "url(#bg)" });
  if (kind === "blurs") return base + blurs(backdrop);
  return kind === "room" ? base + room(backdrop) : base;
}
