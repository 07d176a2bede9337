import { assert, assertEquals } from "@std/assert";
import { seededRng } from "../../src/core/rng.ts";
import { drawShot, type Shot } from "../../src/paint/shot.ts";

const SEED = 404;

/** Many pictures of a state. */
const shots = (state: Parameters<typeof drawShot>[1], variety: number, count = 400) =>
  Array.from({ length: count }, (_, i) => drawShot(seededRng(SEED).fork(i), state, variety));

Deno.test("drawShot() gives a mask worn right, worn wrong in every way, or none", () => {
  assert(shots("wear", 1).every(({ mask }) => mask?.worn === "right"));
  assert(shots("not wear", 1).every(({ mask }) => mask === undefined));
  const wrong = shots("incorrect", 1).map(({ mask }) => mask!.worn);
  assertEquals(new Set<string>(wrong), new Set(["nose out", "chin", "mouth out", "ear"]));
});

Deno.test("drawShot() without variety looks straight ahead in even light, without blur, grain or a hand", () => {
  for (const { pose, light, hand, collar, blur, grain } of shots("not wear", 0)) {
    assertEquals([pose.yaw, pose.pitch, pose.roll, pose.lean].map(Math.abs), [0, 0, 0, 0]);
    assertEquals([light.strength, light.warmth, light.level].map(Math.abs), [0, 0, 0]);
    assertEquals([hand, collar, blur, grain], [0, false, 0, 0]);
  }
});

Deno.test("drawShot() strays further with more variety", () => {
  const spread = (variety: number, of: (shot: Shot) => number) =>
    Math.sqrt(shots("wear", variety).reduce((sum, shot) => sum + of(shot) ** 2, 0) / 400);
  for (const  of of[(s: Shot) => s.pose.yaw, (s: Shot) => s.pose.roll, (s: Shot) => s.light.level]) {
    const [low, high] = [spread(0.25, of), spread(1, of)];
    assert(low > 0 && Math.abs(high / low - 4) < 0.01, `${low} and ${high}`); // the same draws, four times as far
  }
});

Deno.test("drawShot() draws masks of every shape and print", () => {
  const masks = shots("wear", 1).map(({ mask }) => mask!);
  assertEquals(new Set(masks.map(({ style }) => style)).size, 5);
  assertEquals(new Set(masks.map(({ pattern }) => pattern)).size, 5);
});
