import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { randomInt, seededRng } from "../../src/core/rng.ts";
import { decodeImage } from "../../src/io/images.ts";
import { rasterize } from "../../src/io/raster.ts";
import { portrait } from "../../src/paint/portrait.ts";
import { projector } from "../../src/paint/pose.ts";
import { drawShot, type Mask, type MaskState, type Shot } from "../../src/paint/shot.ts";
import { drawPerson, type Person } from "../../src/paint/traits.ts";

const SEED = 90_210;
const STATES: readonly MaskState[] = ["wear", "incorrect", "not wear"];

/** A random person in a random picture. */
function draw(i: number, state: MaskState = STATES[i % 3]!): { person: Person; shot: Shot } {
  const rng = seededRng(SEED).fork(i);
  const person = drawPerson(rng.fork("traits"), { gender: i % 2 ? "female" : "male", age: 18 + 57 * rng() });
  return { person, shot: drawShot(rng.fork("picture"), state, 1) };
}

Deno.test("portrait() writes finite numbers and refers to what it defines, once each", () => {
  for (let i = 0; i < 300; i++) {
    const { person, shot } = draw(i);
    const svg = portrait(person, shot, { size: [128, 96], grain: "data:image/png;base64,AA==" });
    assert(!/NaN|Infinity|undefined|null/.test(svg), `picture ${i} of seed ${SEED}`);
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assertEquals(ids.length, new Set(ids).size, `picture ${i} defines an id twice: ${ids}`);
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) assert(ids.includes(id), `picture ${i} lacks ${id}`);
  }
});

Deno.test("portrait() gives the same picture in whatever order pictures are drawn", () => {
  const paint = (i: number) => {
    const { person, shot } = draw(i);
    return portrait(person, shot, { size: [64, 48] });
  };
  const order = Array.from({ length: 20 }, (_, i) => i);
  assertEquals(order.toReversed().map(paint).toReversed(), order.map(paint));
  assertNotEquals(paint(0), paint(1));
});

Deno.test("portrait() is rendered at whatever size is asked for", async () => {
  const rng = seededRng(SEED);
  for (let i = 0; i < 6; i++) {
    const size = [16 + randomInt(rng, 200), 16 + randomInt(rng, 200)] as const;
    const { person, shot } = draw(i);
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeFile(`${dir}/a.png`, await rasterize(portrait(person, shot, { size })));
      const { height, width } = await decodeImage(`${dir}/a.png`);
      assertEquals([height, width], [...size]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  }
});

/** Parts of the face by their place on the head that looks straight ahead. */
const PARTS = { nose: [0, 40, 98], mouth: [0, 76, 80], chin: [0, 108, 40] } as const;

/** Which parts of the face a mask changes, by painting the picture with and without it. */
async function covered(person: Person, shot: Shot): Promise<string[]> {
  const plain: Shot = { ...shot, hand: 0, collar: false, blur: 0, grain: 0 };
  const bare: Person = { ...person, clothes: { ...person.clothes, scarf: false } };
  const [height, width] = [256, 192]; // half a canvas
  const dir = await Deno.makeTempDir();
  try {
    const [worn, without] = await Promise.all([plain, { ...plain, mask: undefined }].map(async (one, i) => {
      await Deno.writeFile(`${dir}/${i}.png`, await rasterize(portrait(bare, one, { size: [height, width] })));
      return (await decodeImage(`${dir}/${i}.png`)).data;
    }));
    const { pose } = shot;
    const project = projector(pose);
    const turn = pose.roll * Math.PI / 180;
    return Object.entries(PARTS).filter(([, [x, y, z]]) => {
      const [px, py] = project(x, y, z);
      const [dx, dy] = [px, py - 110]; // heads tilt about the top of the neck
      const at = [
        pose.centre[0] + pose.scale * (dx * Math.cos(turn) - dy * Math.sin(turn)),
        pose.centre[1] + pose.scale * (110 + dx * Math.sin(turn) + dy * Math.cos(turn)),
      ].map((value) => Math.round(value / 2)) as [number, number];
      const i = (at[1] * width + at[0]) * 3;
      return [0, 1, 2].some((c) => Math.abs(worn![i + c]! - without![i + c]!) > 6);
    }).map(([name]) => name);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("portrait() covers nose, mouth and chin by a mask worn right, and never both nose and mouth by one worn wrong", async () => {
  const expected: Readonly<Record<Mask["worn"], string[]>> = {
    "right": ["nose", "mouth", "chin"],
    "nose out": ["mouth", "chin"],
    "chin": ["chin"],
    "mouth out": ["nose"],
    "ear": [],
  };
  const seen = new Set<string>();
  for (let i = 0; i < 30; i++) {
    const { person, shot } = draw(i, i % 3 === 0 ? "wear" : "incorrect");
    const { worn } = shot.mask!;
    seen.add(worn);
    assertEquals(await covered(person, shot), expected[worn], `picture ${i} of seed ${SEED}, worn "${worn}"`);
  }
  assert(seen.size >= 3, `only ${[...seen]}`);
});
