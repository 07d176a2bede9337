/**
 * Seeded random numbers: the sfc32 generator of Chris Doty-Humphrey's PractRand (https://pracrand.sourceforge.net/),
 * forked by label so that a draw added in one place changes nothing in another.
 *
 * @module
 */

/** A source of uniform numbers in [0, 1), and of independent sources derived from it by name. */
export interface Rng {
  /** The next number, uniform in [0, 1) with 32 bits. */
  (): number;
  /**
   * An independent generator that depends on this one's seed and the label, and not on what was drawn so far.
   *
   * @param label What the new generator is for, such as `"shuffle"` or an epoch's number.
   * @returns The new generator.
   */
  fork(label: string | number): Rng;
}

/**
 * Makes a seeded generator.
 *
 * @example
 * ```ts
 * import { seededRng } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const rng = seededRng(42);
 * const before = rng.fork("shuffle")();
 * rng(); // draws change nothing for forks
 * assertEquals(rng.fork("shuffle")(), before);
 * ```
 *
 * @param seed Any number or text; equal seeds give equal sequences on every machine.
 * @returns The generator.
 */
export function seededRng(seed: number | string): Rng {
  return fromKey(`${seed}`);
}

function fromKey(key: string): Rng {
  let [a, b, c, d] = hash128(key);
  const next = () => {
    const t = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next(); // PractRand's own number of rounds to mix the seed in
  return Object.assign(next, { fork: (label: string | number) => fromKey(`${key}/${label}`) });
}

/** Four 32-bit words from text: FNV-1a from four bases, each finished by MurmurHash3's mixer. */
function hash128(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35];
  for (let i = 0; i < 4; i++) {
    let h = words[i as 0];
    for (let k = 0; k < text.length; k++) h = Math.imul(h ^ text.charCodeAt(k), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    words[i as 0] = h ^ (h >>> 16);
  }
  return words;
}

/**
 * A whole number, uniform in 0..n-1.
 *
 * @param rng Where it is drawn from.
 * @param n How many values, at most 2^32.
 */
export function randomInt(rng: Rng, n: number): number {
  return Math.floor(rng() * n);
}

/**
 * A number from the standard normal distribution, by Box and Muller's transform.
 *
 * @param rng Where it is drawn from; two draws are used.
 */
export function randomNormal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/**
 * A shuffled copy, by Fisher and Yates.
 *
 * @param items What is shuffled; not changed.
 * @param rng Where the order is drawn from.
 */
export function shuffled<T>(items: Iterable<T>, rng: Rng): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = randomInt(rng, i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
