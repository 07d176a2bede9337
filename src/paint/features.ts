/**
 * Nose and mouth.
 *
 * @module
 */
import { darker, hex, lighter, mix } from "./colour.ts";
import type { Tones } from "./head.ts";
import type { Projector } from "./pose.ts";
import type { Expression } from "./shot.ts";
import { curve, ellipse, loop, outline, path, SIDES } from "./svg.ts";
import type { Person } from "./traits.ts";

/**
 * Paints the nose.
 *
 * @param person Whose nose.
 * @param tones The skin's colours.
 * @param side Where the light comes from, -1 left .. 1 right; the bridge's shadow falls on the other side.
 * @param project The pose.
 */
export function paintNose({ nose, ageing }: Person, tones: Tones, side: number, project: Projector): string {
  const half = 14 + 1.5 * nose.width;
  const y = 42 + 2 * nose.length + 2 * ageing.old;
  const away = side < 0 ? 1 : -1;
  const at = (x: number, dy: number, z: number) => project(x, y + dy, z);
  const deep = hex(tones.deep);
  const shadow = outline(
    [project(away * 8, -10, 74), at(away * 8, -24, 90), at(away * (half - 3), -4, 88), at(away * half, 3, 80)],
    [at(away * half * 0.6, 6, 84), at(0, 2, 102), project(away, 0, 84)],
  );
  const wings = curve([
    at(-half, 0, 78),
    at(-half * 0.75, 6, 82),
    at(0, 8.5, 94),
    at(half * 0.75, 6, 82),
    at(half, 0, 78),
  ]);
  const nostrils = SIDES.map((s) =>
    ellipse(at(s * half * 0.46, 5, 88), 3.4, 2, { fill: hex(darker(tones.deep, 0.4)), opacity: 0.8 }, -s * 12)
  );
  return path(shadow, { fill: deep, opacity: 0.24 + 0.06 * nose.bridge }) +
    ellipse(at(-away * 2, -3, 102), 5, 7, { fill: hex(lighter(tones.lit, 0.35)), opacity: 0.45 }) +
    path(wings, { stroke: deep, width: 2, opacity: 0.7 }) + nostrils.join("");
}

/** Paints the mouth. */
export function paintMouth(
  { lips, ageing }: Person,
  tones: Tones,
  { smile, open }: Expression,
  project: Projector,
): string {
  const half = 23 + 1.3 * lips.width + 2.5 * smile;
  const full = Math.max(2.2, 6.3 + 1.5 * lips.fullness);
  const gap = 9 * open;
  const y = 75 + 1.5 * ageing.old;
  const at = (x: number, dy: number) => project(x, y + dy, 80 - Math.abs(x) * 0.5);
  const corner = 2 * ageing.sag - 4 * smile;
  const [left, right] = [at(-half, corner), at(half, corner)];
  /** From the left corner to the right one, by places inside -1..1 and heights. */
  const line = (...inner: readonly (readonly [u: number, dy: number])[]) => [
    left,
    ...inner.map(([u, dy]) => at(u * half, dy)),
    right,
  ];
  const bow = 4 / half;
  const upper = line([-0.4, -full * 0.8], [-bow, -full], [0, -full * 0.78], [bow, -full], [0.4, -full * 0.8]);
  const seam = line([-0.4, 0.5], [0, 0], [0.4, 0.5]);
  const lowerSeam = open > 0 ? line([-0.5, gap * 0.85], [0, gap], [0.5, gap * 0.85]) : seam;
  const lower = line([-0.5, gap + full * 0.85], [0, gap + full * 1.15], [0.5, gap + full * 0.85]);
  const teeth = [...seam.slice(1, -1), at(half * 0.4, gap * 0.4), at(-half * 0.4, gap * 0.4)];
  const inside = open > 0
    ? path(outline(seam, lowerSeam.toReversed()), { fill: "#5a2226" }) +
      path(outline(teeth.slice(0, 3), teeth.slice(3)), { fill: "#f3ece2" })
    : "";
  const bare = mix(tones.base, [186, 88, 84], 0.42 + 0.1 * ageing.youth - 0.22 * ageing.old);
  const colour = mix(bare, lips.tint, 0.75 * lips.paint);
  const under = gap + full;
  return inside +
    path(outline(upper, seam.toReversed()), { fill: hex(darker(colour, 0.12)) }) +
    path(outline(lower, lowerSeam.toReversed()), { fill: hex(colour) }) +
    path(curve(seam), { stroke: hex(darker(tones.deep, 0.3)), width: 1.8, opacity: 0.8 }) +
    path(loop([at(-11, under + 5), at(0, under + 3.6), at(11, under + 5), at(0, under + 8)]), {
      fill: hex(tones.deep),
      opacity: 0.25,
    });
}
