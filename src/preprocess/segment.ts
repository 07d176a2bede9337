/**
 * Finds the person in a portrait without a network: a prior of where heads, shoulders and skin are begins what GrabCut goes on
 * with, mixtures of the colours of person and background in turn with smoothing along edges.
 *
 * @module
 */
import type { Pixels } from "../core/resample.ts";
import { fillLogDensities, type Mixture, refitMixture, startMixture } from "./mixture.ts";
import { mainRegion } from "./regions.ts";
import { pulls, smooth } from "./smooth.ts";

/** Rounds of fitting colours and smoothing; more change hardly a pixel. */
const ROUNDS = 4;

/** By how much, in nats, a colour can speak for one side: two surfaces may share it. */
const COLOUR = 4;

/** What the place goes on counting once colours are known, as a share of the prior. */
const PLACE = 0.6;

/**
 * How likely each pixel is the person's.
 *
 * @param image A small copy of a portrait, RGB 0..255.
 * @returns Probabilities 0..1, `[H, W]`: one connected region without holes where they are above a half. What looked like
 * the person elsewhere has 0, and a hole 1.
 */
export function segmentPerson(image: Pixels): Float32Array {
  const { height, width } = image, area = height * width, size = [height, width] as const;
  const colours = coloursOf(image), prior = priorOf(height, width);
  const chances = prior.map((odds, p) => logistic(odds + (odds > -2 && isSkin(colours, p) ? 1.5 : 0)));
  const others = chances.map((chance) => 1 - chance);
  const drawn = pulls(colours, size);
  const person = new Float32Array(area), ground = new Float32Array(area), odds = new Float32Array(area);
  let mixtures: readonly [Mixture, Mixture] = [startMixture(colours, chances), startMixture(colours, others)];
  for (let round = 0; round < ROUNDS; round++) {
    for (let p = 0; p < area; p++) others[p] = 1 - chances[p]!;
    for (let step = 0; step < 2; step++) {
      mixtures = [refitMixture(mixtures[0], colours, chances), refitMixture(mixtures[1], colours, others)];
    }
    fillLogDensities(mixtures[0], colours, person);
    fillLogDensities(mixtures[1], colours, ground);
    for (let p = 0; p < area; p++) {
      const colour = Math.max(-COLOUR, Math.min(COLOUR, person[p]! - ground[p]!));
      odds[p] = colour + PLACE * prior[p]!;
    }
    smooth(odds, drawn, chances, size);
  }
  const region = mainRegion(Uint8Array.from(chances, (chance) => chance > 0.5 ? 1 : 0), size, prior);
  return chances.map((chance, p) => chance > 0.5 === (region[p] === 1) ? chance : region[p]!);
}

/** Luma and the two colour differences of JPEG, three for each pixel. */
function coloursOf({ data }: Pixels): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!, g = data[i + 1]!, b = data[i + 2]!;
    out[i] = 0.299 * r + 0.587 * g + 0.114 * b;
    out[i + 1] = 0.564 * (b - out[i]!);
    out[i + 2] = 0.713 * (r - out[i]!);
  }
  return out;
}

/** Skin by its colour differences, whatever its luma. Chai and Ngan, 1999, https://doi.org/10.1109/76.767122 */
function isSkin(colours: Float32Array, p: number): boolean {
  const blue = colours[3 * p + 1]!, red = colours[3 * p + 2]!;
  return blue >= -51 && blue <= -1 && red >= 5 && red <= 45;
}

/** Log odds that a place shows the person: a head above the middle, shoulders that widen to the lower border. */
function priorOf(height: number, width: number): Float32Array {
  const out = new Float32Array(height * width);
  for (let y = 0, p = 0; y < height; y++) {
    const v = (y + 0.5) / height, spread = 0.14 + 0.34 * Math.min(1, Math.max(0, (v - 0.7) / 0.22));
    for (let x = 0; x < width; x++, p++) {
      const u = Math.abs((x + 0.5) / width - 0.5);
      const head = 1 - Math.hypot(u / 0.29, (v - 0.44) / 0.33);
      const body = v > 0.66 ? (spread - u) / 0.22 : -1;
      const chest = v > 0.72 ? 14 * (0.26 - u) : -4; // beside it shoulders begin anywhere, so that colour decides
      out[p] = Math.max(-4, Math.min(4, Math.max(7 * head, chest, Math.min(1, 7 * body))));
    }
  }
  return out;
}

function logistic(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}
