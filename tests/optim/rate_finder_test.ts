import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { randomNormal, seededRng } from "../../src/core/rng.ts";
import { rateSweep, suggestRate } from "../../src/optim/mod.ts";

const RATES = rateSweep({ from: 1e-6, to: 1, steps: 121 });

/** A loss that falls along a logistic curve, steepest at `at`, and explodes from `explodes` on. */
const curve = (at: number, explodes: number) =>
  RATES.map((rate) => {
    const x = Math.log10(rate / at), over = Math.max(0, Math.log10(rate / explodes));
    return 2.9 - 1.5 / (1 + Math.exp(-3 * x)) + 40 * over ** 2;
  });

/** Decades between two rates. */
const decades = (a: number, b: number) => Math.abs(Math.log10(a / b));

Deno.test("rateSweep() goes from one rate to the other by equal factors", () => {
  assertEquals([RATES.length, RATES[0]], [121, 1e-6]);
  assertAlmostEquals(RATES[120]!, 1, 1e-12);
  const factors = RATES.slice(1).map((rate, i) => rate / RATES[i]!);
  factors.forEach((factor) => assertAlmostEquals(factor, 10 ** (6 / 120), 1e-12));
});

Deno.test("rateSweep() refuses bounds that do not rise, and fewer than two steps", () => {
  for (const [from, to] of [[0, 1], [1, 1], [2, 1], [-1, 1], [NaN, 1], [1e-3, Infinity]] as const) {
    assertThrows(() => rateSweep({ from, to, steps: 5 }), RangeError, "0 < from < to");
  }
  assertThrows(() => rateSweep({ from: 1e-3, to: 1, steps: 1 }), RangeError, "at least 2");
});

Deno.test("suggestRate() finds where a smooth loss falls fastest", () => {
  for (const at of [1e-4, 3e-4, 1e-3, 2e-2]) {
    const { rate, smoothed } = suggestRate(RATES, curve(at, at * 10));
    assert(decades(rate, at) < 0.06, `${rate} for ${at}`); // a step is a twentieth of a decade
    assert(RATES.includes(rate));
    assert(smoothed.length <= RATES.length);
  }
});

Deno.test("suggestRate() finds it through noise", () => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = seededRng(seed), at = 10 ** (-4 + 2 * rng());
    const noisy = curve(at, at * 10).map((loss) => loss + 0.08 * randomNormal(rng));
    const { rate } = suggestRate(RATES, noisy);
    assert(decades(rate, at) < 0.5, `${rate} for ${at}, seed ${seed}`);
  }
});

Deno.test("suggestRate() leaves out what comes after an explosion", () => {
  const losses = curve(1e-3, 1e-2), cut = RATES.findIndex((rate) => rate > 2e-2);
  const { rate, smoothed } = suggestRate(RATES, losses);
  for (const after of [NaN, Infinity, 1e9, -Infinity]) {
    const spoiled = losses.map((loss, i) => i < cut ? loss : i === cut ? after : i % 7 - 50);
    const found = suggestRate(RATES, spoiled);
    assertEquals(found.rate, rate);
    assert(found.smoothed.length === cut && found.smoothed.every(Number.isFinite));
    assertEquals(found.smoothed.slice(0, cut - 10), smoothed.slice(0, cut - 10));
  }
});

Deno.test("suggestRate() smooths a straight line to itself", () => {
  const losses = RATES.map((rate) => 3 - 0.2 * Math.log(rate / RATES[0]!) / 6);
  suggestRate(RATES, losses).smoothed.forEach((loss, i) => assertAlmostEquals(loss, losses[i]!, 1e-9));
});

Deno.test("suggestRate() does not depend on the loss's scale or height", () => {
  const losses = curve(1e-3, 1e-2).slice(0, 80), { rate } = suggestRate(RATES.slice(0, 80), losses);
  for (const [factor, shift] of [[0.01, 0], [5, 0], [1, -20]] as const) {
    assertEquals(suggestRate(RATES.slice(0, 80), losses.map((loss) => loss * factor + shift)).rate, rate);
  }
});

Deno.test("suggestRate() says where it cannot: no fall, too few losses, lengths that differ", () => {
  assertThrows(() => suggestRate(RATES, RATES.map((_, i) => 1 + i / 100)), RangeError, "must fall");
  assertThrows(() => suggestRate(RATES, RATES.map((_, i) => i < 5 ? 1 : NaN)), RangeError, "there are 5");
  assertThrows(() => suggestRate(RATES, [1, 2]), TypeError, "losses 2");
});
