/** Made-up samples with a number that is cut into levels. @module */
import {
  type Attribute,
  type Dataset,
  encodeLabel,
  FACE_SCHEMA,
  makeSchema,
  type Sample,
  type Schema,
} from "../../src/core/mod.ts";
import type { Rng } from "../../src/core/rng.ts";
import { between } from "../random.ts";

/** A man of an age with his mask on; of another mask or gender if asked. */
export function face(age: number, { mask = "wear", gender = "male" } = {}): Sample {
  const attributes = { mask, gender, age }, id = `${mask} ${gender} ${age}`;
  return { id, path: "", group: id, label: encodeLabel(FACE_SCHEMA, attributes), attributes };
}

/** Faces of some ages, with every mask and gender. */
export function faces(ages: readonly number[]): Pick<Dataset, "schema" | "samples"> {
  const [masks, genders] = FACE_SCHEMA.attributes;
  const samples = masks!.levels.flatMap((mask) =>
    genders!.levels.flatMap((gender) => ages.map((age) => face(age, { mask, gender })))
  );
  return { schema: FACE_SCHEMA, samples };
}

/** A schema of up to four attributes, one of them cut from a number, and samples with values around the cuts. */
export function randomData(
  rng: Rng,
  { name = "size", cuts = randomCuts(rng) }: { name?: string; cuts?: readonly number[] } = {},
): { schema: Schema; samples: Sample[]; attribute: Attribute & { cuts: readonly number[] } } {
  const named = (name: string, count: number): Attribute => ({
    name,
    levels: Array.from({ length: count }, (_, i) => `${name}${i}`),
  });
  const attribute = { ...named(name, cuts.length + 1), cuts };
  const others = Array.from({ length: between(rng, 0, 3) }, (_, a) => named(`other${a}`, between(rng, 1, 4)));
  const schema = makeSchema(others.toSpliced(between(rng, 0, others.length), 0, attribute));
  const samples = Array.from({ length: between(rng, 1, 60) }, (_, i): Sample => {
    const entries = others.map(({ name, levels }) => [name, levels[between(rng, 0, levels.length - 1)]!]);
    const attributes = {
      ...Object.fromEntries(entries),
      [name]: cuts[0]! - 8 + rng() * (cuts.at(-1)! - cuts[0]! + 16),
    };
    return { id: `sample ${i}`, path: "", group: `${i}`, label: encodeLabel(schema, attributes), attributes };
  });
  return { schema, samples, attribute };
}

function randomCuts(rng: Rng): number[] {
  const gaps = Array.from({ length: between(rng, 1, 4) }, () => 1 + rng() * 9);
  let at = rng() * 20 - 10;
  return gaps.map((gap) => at += gap);
}
