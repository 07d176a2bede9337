import { assert, assertEquals, assertThrows } from "@std/assert";
import { makeSchema } from "../../src/core/schema.ts";
import { seededRng, shuffled } from "../../src/core/rng.ts";
import { applyChain, type Chain, chainRows, chainSteps, climb, distinctMembers } from "../../src/predict/mod.ts";
import { applyPart } from "../../src/predict/chain.ts";
import { between, printedRng } from "../random.ts";
import { makeMembers, reorderedViews } from "./chain_fixture.ts";
import { largestDifference } from "./members.ts";

const VIEWS = ["identity", "flip", "scale"];

Deno.test("chainRows() is the same whatever order members' rows and views stand in", () => {
  const rng = printedRng();
  const { members } = makeMembers(rng, { persons: between(rng, 5, 20), classes: 3, members: 3, views: VIEWS });
  const turned = members.map((member) => {
    const other = reorderedViews(member, shuffled(member.ids.keys(), rng));
    return { ...other, views: shuffled(other.views!, rng) };
  });
  const expected = chainRows(members), found = chainRows(turned);
  assertEquals(found.labels, expected.labels);
  assertEquals(found.rows.ids, expected.rows.ids);
  const byName = ({ rows }: typeof expected) =>
    rows.members.map((views) => Object.fromEntries(views.map(({ name, probabilities }) => [name, probabilities])));
  assertEquals(byName(found), byName(expected));
  assertEquals(found.rows.members[0]![0]!.name, "identity");
});

Deno.test("chainRows() refuses members with other views, ids or classes, and shows the difference", () => {
  const { members: [a, b] } = makeMembers(seededRng(1), { persons: 4, classes: 3, members: 2, views: VIEWS });
  const fewer = { ...b!, views: b!.views!.slice(0, 2) };
  assertThrows(() => chainRows([a!, fewer]), TypeError, `member 1 ["identity", "flip"]`);
  const other = { ...b!, ids: b!.ids.with(2, "another") };
  assertThrows(() => chainRows([a!, other]), TypeError, `"another"`);
  const renamed = { ...b!, classes: ["x", ...b!.classes.slice(1)] };
  assertThrows(() => chainRows([a!, renamed]), TypeError, `member 1 lacks ["class 0"] and has ["x"]`);
});

Deno.test("distinctMembers() counts copies of a member once, and keeps one that differs in a single view", () => {
  const { members: [a, b] } = makeMembers(seededRng(1), { persons: 4, classes: 3, members: 2, views: VIEWS });
  const copy = reorderedViews(a!, shuffled(a!.ids.keys(), seededRng(2)));
  const near = { ...a!, views: a!.views!.with(2, { name: "scale", probabilities: b!.views![2]!.probabilities }) };
  assertEquals(distinctMembers(chainRows([a!, copy, b!, near, b!]).rows), [0, 2, 3]);
});

Deno.test("chainSteps(): an ensemble of equal members is that member, by every choice that weighs members", () => {
  const rng = printedRng();
  const { members: [one], labels, groups } = makeMembers(rng, { persons: 20, classes: between(rng, 2, 5), members: 1 });
  const { rows } = chainRows([one!, one!, one!]), truth = { labels, groups };
  const step = chainSteps({ seed: 1 }).find(({ name }) => name === "ensemble")!;
  const tried = step.choices(rows).filter(({ name }) => name !== "stacking"); // which recalibrates, of one member too
  assertEquals(tried.length, 4);
  for (const { name, fit } of tried) {
    const [joined] = applyPart(fit(rows, truth), rows).members[0]!;
    const difference = largestDifference(joined!.probabilities, one!.probabilities);
    assert(difference < 1e-6, `${name} ${difference}`);
  }
});

Deno.test("climb(): an ensemble of equal members is that member through the whole chain", () => {
  const { members: [one], labels, groups } = makeMembers(seededRng(3), {
    ...{ persons: 40, classes: 4, members: 1, views: VIEWS },
  });
  const steps = chainSteps({ seed: 1 }), truth = { labels, groups }, options = { steps, folds: 3, seed: 1 };
  const alone = chainRows([one!]).rows, all = chainRows([one!, one!, one!]).rows;
  const distinct = { ...all, members: distinctMembers(all).map((m) => all.members[m]!) };
  const expected = climb(alone, truth, options).chain, found = climb(distinct, truth, options).chain;
  assertEquals(found, expected);
  assertEquals(applyChain(found, distinct), applyChain(expected, alone));
});

Deno.test("applyChain() says the same after a round through JSON, and keeps the ids", () => {
  const schema = makeSchema([{ name: "a", levels: ["x", "y"] }, { name: "b", levels: ["u", "v"] }]);
  const made = makeMembers(seededRng(4), { persons: 40, classes: 4, members: 3, views: VIEWS });
  const { rows } = chainRows(made.members.map((member) => ({ ...member, classes: schema.classes }))), truth = made;
  for (const step of [0, 1]) {
    const [views, ensemble, calibration, offsets] = chainSteps({ schema, seed: 1 });
    const taken: Chain["parts"][number][] = [];
    let so = rows;
    for (const [k, { choices }] of [views!, ensemble!, calibration!, offsets!].entries()) {
      const open = choices(so), choice = open[step === 0 ? open.length - 1 : k % open.length]!;
      taken.push(choice.fit(so, truth));
      so = applyPart(taken.at(-1)!, so);
    }
    const chain: Chain = { classes: rows.classes, members: 3, parts: taken };
    const answer = applyChain(JSON.parse(JSON.stringify(chain)), rows);
    assertEquals(answer.ids, rows.ids);
    assertEquals(answer.predicted, so.predicted);
    assertEquals(answer.probabilities, so.members[0]![0]!.probabilities);
  }
});

Deno.test("applyChain() refuses other members, classes and views", () => {
  const { members, labels, groups } = makeMembers(seededRng(5), {
    ...{ persons: 30, classes: 3, members: 2, views: VIEWS },
  });
  const { rows } = chainRows(members);
  const steps = chainSteps({ seed: 1, viewSets: [{ name: "two", names: ["identity", "flip"] }], chooseViews: false });
  const parts = steps.slice(0, 2).map(({ choices }) => choices(rows)[0]!.fit(rows, { labels, groups }));
  const chain: Chain = { classes: rows.classes, members: 2, parts };
  assertThrows(
    () => applyChain(chain, { ...rows, members: rows.members.slice(1) }),
    TypeError,
    "fitted with 2 members",
  );
  assertThrows(() => applyChain(chain, { ...rows, classes: ["a", "b", "c"] }), TypeError, "same classes");
  const fewer = { ...rows, members: rows.members.map(([first]) => [first!]) };
  assertThrows(() => applyChain(chain, fewer), TypeError, `"flip" is missing: present are "identity"`);
  const views = { ...chain, parts: parts.slice(0, 1) };
  assertThrows(() => applyChain(views, rows), TypeError, "joined before: there are 2");
});
