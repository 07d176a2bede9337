/** Painted portraits whose person is known: what stays the same before a black and before a white backdrop. */
import type { Pixels } from "../../src/core/resample.ts";
import { type Rng, seededRng } from "../../src/core/rng.ts";
import { decodePixels } from "../../src/io/images.ts";
import { rasterize } from "../../src/io/raster.ts";
import { portrait } from "../../src/paint/portrait.ts";
import { drawShot, type Shot } from "../../src/paint/shot.ts";
import { drawPerson } from "../../src/paint/traits.ts";

/** A portrait, and where its person is. */
export interface Portrait {
  readonly image: Pixels;
  /** 1 where the person is, 0 elsewhere, `[H, W]`. */
  readonly truth: Uint8Array;
}

/** Paints the portrait of a number: a random person in a random picture, masks and hands included. */
export async function paintPortrait(i: number, size: readonly [height: number, width: number]): Promise<Portrait> {
  const rng = seededRng(611).fork(i), states = ["wear", "incorrect", "not wear"] as const;
  const person = drawPerson(rng.fork("traits"), { gender: i % 2 ? "female" : "male", age: 18 + 57 * rng() });
  const shot = drawShot(rng.fork("picture"), states[i % 3]!, 1);
  const paint = async (shot: Shot) =>
    await decodePixels(await rasterize(portrait(person, shot, { size }), { format: "jpeg", quality: shot.quality }));
  const before = (level: number, rng: Rng): Shot => ({
    ...shot,
    light: { side: 0, strength: 0, warmth: 0, level: 0 },
    backdrop: { kind: "plain", colour: [level, level, level], second: [level, level, level], rng },
    blur: 0,
    grain: 0,
    quality: 100,
  });
  const [image, black, white] = await Promise.all([paint(shot), paint(before(0, rng)), paint(before(255, rng))]);
  const truth = new Uint8Array(size[0] * size[1]);
  for (let p = 0; p < truth.length; p++) truth[p] = white.data[3 * p + 1]! - black.data[3 * p + 1]! < 100 ? 1 : 0;
  return { image: { ...image, data: new Uint8Array(image.data) }, truth };
}

/** Intersection over union of two masks. */
export function overlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let both = 0, either = 0;
  for (let p = 0; p < a.length; p++) {
    if (a[p] && b[p]) both++;
    if (a[p] || b[p]) either++;
  }
  return either === 0 ? 1 : both / either;
}
