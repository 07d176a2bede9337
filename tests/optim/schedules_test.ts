import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { build } from "../../src/core/parts.ts";
import { SCHEDULES, type ScheduleSpec } from "../../src/optim/mod.ts";
import { between, printedRng } from "../random.ts";
import { REFERENCE } from "./reference.ts";

const { epochs: EPOCHS, stepsPerEpoch: STEPS } = REFERENCE;

/** The factor at each step of a training. */
function factors(spec: ScheduleSpec, { epochs, stepsPerEpoch }: { epochs: number; stepsPerEpoch: number }): number[] {
  const schedule = build("schedule", SCHEDULES, spec);
  const history = Array.from({ length: epochs }, (_, i) => Math.sin(i));
  return Array.from(
    { length: epochs * stepsPerEpoch },
    (_, step) => schedule({ step, stepsPerEpoch, epochs, history: history.slice(0, Math.floor(step / stepsPerEpoch)) }),
  );
}

/** One of each. */
const SPECS: readonly ScheduleSpec[] = [
  { name: "constant" },
  { name: "exponential" },
  { name: "step", every: 3 },
  { name: "multiStep", milestones: [2, 5] },
  { name: "cosine", warmup: 1.5, floor: 0.1, cycles: 2, multiplier: 1.5 },
  { name: "oneCycle" },
  { name: "plateau", patience: 1 },
];

Deno.test("schedules have PyTorch's rates at every step of fifty epochs", () => {
  for (const { spec, rates } of REFERENCE.schedules) {
    const found = factors(spec, { epochs: EPOCHS, stepsPerEpoch: STEPS });
    assertEquals(found.length, rates.length);
    rates.forEach((rate, step) =>
      assertAlmostEquals(found[step]!, rate, 1e-8, `${JSON.stringify(spec)}, step ${step}`)
    );
  }
});

Deno.test("plateau() has PyTorch's rates in each of fifty epochs", () => {
  for (const { spec, metrics, rates } of REFERENCE.plateaus) {
    const schedule = build("schedule", SCHEDULES, spec);
    rates.forEach((rate, epoch) => {
      const state = { step: epoch * STEPS, stepsPerEpoch: STEPS, epochs: EPOCHS, history: metrics.slice(0, epoch) };
      assertAlmostEquals(schedule(state), rate, 1e-9, `${JSON.stringify(spec)}, epoch ${epoch}`);
    });
    assert(rates.at(-1)! < 1, "the reference must have a fall");
  }
});

Deno.test("plateau() says that it needs a history", () => {
  const schedule = build("schedule", SCHEDULES, { name: "plateau" });
  assertThrows(() => schedule({ step: 0, stepsPerEpoch: 1, epochs: 1 }), Error, "needs the history");
});

Deno.test("schedules stay within 0..1, and depend on nothing but the state", () => {
  const rng = printedRng();
  for (let i = 0; i < 20; i++) {
    const size = { epochs: between(rng, 1, 13), stepsPerEpoch: between(rng, 1, 9) };
    for (const spec of SPECS) {
      const found = factors(spec, size), text = `${JSON.stringify(spec)}, ${JSON.stringify(size)}: ${found}`;
      assert(found.every((factor) => factor >= 0 && factor <= 1), text);
      const schedule = build("schedule", SCHEDULES, spec), history = [0.1, 0.2];
      const at = (step: number) => schedule({ ...size, step, history });
      const last = at(3);
      at(0);
      assertEquals(at(3), last, text);
    }
  }
});

Deno.test("cosine() rises to the base rate, then falls to its floor", () => {
  const schedule = build("schedule", SCHEDULES, { name: "cosine", warmup: 2, floor: 0.1 });
  const at = (step: number) => schedule({ step, stepsPerEpoch: 10, epochs: 12 });
  const expected = { 0: 0.05, 19: 1, 20: 1, 70: 0.55, 120: 0.1, 500: 0.1 };
  for (const [step, factor] of Object.entries(expected)) assertAlmostEquals(at(Number(step)), factor);
});

Deno.test("cosine() after its warmup is a cosine over the epochs that are left", () => {
  const options = { name: "cosine", floor: 0.2, cycles: 3, multiplier: 2 } as const, warmup = 3;
  const whole = factors({ ...options, warmup }, { epochs: 17, stepsPerEpoch: 5 });
  const rest = factors(options, { epochs: 14, stepsPerEpoch: 5 });
  assertEquals(whole.slice(warmup * 5), rest);
});

Deno.test("cosine() begins each cycle with the base rate, each as many times longer", () => {
  const found = factors({ name: "cosine", cycles: 3, multiplier: 3 }, { epochs: 26, stepsPerEpoch: 7 });
  const begins = found.flatMap((factor, step) => factor === 1 ? [step / 7] : []);
  assertEquals(begins, [0, 2, 8]);
});

Deno.test("oneCycle() ends at its last step with the lowest rate", () => {
  const found = factors({ name: "oneCycle" }, { epochs: 10, stepsPerEpoch: 10 });
  assertAlmostEquals(found[0]!, 1 / 25);
  assertAlmostEquals(found[29]!, 1);
  assertAlmostEquals(found[99]!, 1 / 25 / 1e4);
});

Deno.test("multiStep needs its milestones", () => {
  const spec = JSON.parse(`{"name": "multiStep"}`);
  assertThrows(() => build("schedule", SCHEDULES, spec), TypeError, "milestones");
});
