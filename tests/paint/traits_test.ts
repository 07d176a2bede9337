import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { drawAgeing } from "../../src/paint/ageing.ts";
import { drawPerson, type Person } from "../../src/paint/traits.ts";

const SEED = 31;

/** Many people, men and women in turn. */
function crowd(count: number): Person[] {
  const rng = seededRng(SEED);
  return Array.from({ length: count }, (_, i) => {
    const own = rng.fork(i);
    return drawPerson(own.fork("traits"), { gender: i % 2 ? "female" : "male", age: 18 + 57 * own() });
  });
}

/** The best accuracy that one threshold on a number reaches. */
function bestThreshold(people: readonly Person[], cue: (person: Person) => number): number {
  const sorted = people.map((person) => [cue(person), person.gender] as const).sort((a, b) => a[0] - b[0]);
  const men = sorted.filter(([, gender]) => gender === "male").length;
  let [right, best] = [sorted.length - men, 0]; // everyone above the threshold is taken for a woman
  for (const [, gender] of sorted) {
    right += gender === "male" ? 1 : -1;
    best = Math.max(best, right, sorted.length - right);
  }
  return best / sorted.length;
}

const LENGTHS = ["crop", "short", "ears", "chin", "long"];
const CUES: Readonly<Record<string, (person: Person) => number>> = {
  jaw: ({ face }) => -face.jaw,
  brows: ({ brows }) => -brows.weight,
  gap: ({ brows }) => brows.gap,
  lashes: ({ eyes }) => eyes.lashes,
  eyes: ({ eyes }) => eyes.size,
  neck: ({ neck }) => -neck,
  shoulders: ({ shoulders }) => -shoulders,
  lips: ({ lips }) => lips.fullness + 2 * lips.paint,
  hair: ({ hair }) => LENGTHS.indexOf(hair.length),
  beard: ({ beard }) => beard.kind === "none" ? 0 : -1,
  earrings: ({ earrings }) => earrings > 0 ? 1 : 0,
};

Deno.test("drawPerson() lets no single cue decide the gender, and all together nearly always", () => {
  const people = crowd(3000);
  for (const [name, cue] of Object.entries(CUES)) {
    const alone = bestThreshold(people, cue);
    assert(alone > 0.54 && alone < 0.97, `${name} alone decides ${alone}`);
  }
  const weights: Readonly<Record<string, number>> = { hair: 1.2, beard: 3, earrings: 2 };
  const together = (names: string[]) =>
    bestThreshold(people, (person) => names.reduce((sum, name) => sum + (weights[name] ?? 1) * CUES[name]!(person), 0));
  const all = together(Object.keys(CUES));
  const masked = together(["brows", "gap", "lashes", "eyes", "neck", "shoulders", "hair", "earrings"]);
  assert(all > 0.96 && masked > 0.94 && masked < all, `all ${all}, mask on ${masked}`);
});

Deno.test("drawPerson() gives some men long hair and some women short hair", () => {
  const people = crowd(1000);
  const long = (gender: string) =>
    people.filter((p) => p.gender === gender && LENGTHS.indexOf(p.hair.length) >= 3).length;
  assert(long("male") > 5 && long("male") < 60, `${long("male")} of 500 men`);
  assert(long("female") > 350 && long("female") < 480, `${long("female")} of 500 women`);
});

Deno.test("drawPerson() depends on the person's generator alone", () => {
  const draw = (seed: number) => drawPerson(seededRng(seed), { gender: "female", age: 44 });
  assertEquals(draw(1), draw(1));
  assertNotEquals(draw(1), draw(2));
});

Deno.test("drawAgeing() is undecided at the cuts and clear five years away", () => {
  const mean = (age: number, sign: "youth" | "old") => {
    const rng = seededRng(SEED).fork(age);
    return Array.from({ length: 400 }, (_, i) => drawAgeing(rng.fork(i), age, "male")[sign]).reduce((a, b) => a + b) /
      400;
  };
  assert(Math.abs(mean(30, "youth") - 0.5) < 0.06 && Math.abs(mean(60, "old") - 0.5) < 0.06);
  assert(mean(25, "youth") > 0.9 && mean(35, "youth") < 0.1);
  assert(mean(55, "old") < 0.1 && mean(65, "old") > 0.9);
});

Deno.test("drawAgeing() makes every sign grow with the years, on average", () => {
  const rng = seededRng(SEED);
  const mean = (age: number, sign: keyof ReturnType<typeof drawAgeing>) =>
    Array.from({ length: 300 }, (_, i) => drawAgeing(rng.fork(`${age} ${i}`), age, "male")[sign]).reduce((a, b) =>
      a + b
    );
  for (const sign of ["folds", "lines", "bags", "sag", "grey", "temples", "receding", "spots"] as const) {
    const means = [24, 42, 68].map((age) => mean(age, sign));
    assert(means[0]! < means[1]! && means[1]! < means[2]!, `${sign}: ${means}`);
  }
});
