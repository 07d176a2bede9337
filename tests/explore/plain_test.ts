import { assertEquals } from "@std/assert";
import type { Rng } from "../../src/core/rng.ts";
import { findConflicts, personalColumns } from "../../src/explore/conflicts.ts";
import { counts, crosses, personsPerStratum } from "../../src/explore/counts.ts";
import { type ColumnValues, makeFrame } from "../../src/frame/mod.ts";
import { between, printedRng } from "../random.ts";

type Cell = string | number | null;
type Columns = Record<"id" | "path" | "group" | "mask" | "age" | "note", Cell[]>;

const ODD = [
  "",
  " ",
  "a,b",
  'a"b',
  "line\nend",
  "NA",
  "null",
  "NaN",
  "é",
  "e\u0301",
  "😀",
  "010",
  "1e3",
  "\ufeff",
  "\r",
];
const SIZES = [1, 2, 17, 300, 1500]; // below and above where columns are handed over in another way

/** Columns with missing values, odd texts and repeated ids. */
function randomColumns(rng: Rng, rows: number): Columns {
  const some = (value: () => Cell) => Array.from({ length: rows }, () => rng() < 0.1 ? null : value());
  const odd = () => ODD[between(rng, 0, ODD.length - 1)]!;
  const ages = Array.from({ length: rows + 1 }, () => between(rng, 18, 60));
  const group = some(() => rng() < 0.2 ? odd() : `p${between(rng, 0, rows >> 2)}`);
  return {
    id: some(() => `${between(rng, 0, 4 * rows)}`),
    path: some(() => `${odd()}/${between(rng, 0, 4 * rows)}.jpg`),
    group,
    mask: some(odd),
    age: group.map((key) => rng() < 0.01 ? 99 : ages[Number(`${key}`.slice(1)) % rows] ?? null),
    note: some(() => `${odd()} ${between(rng, 0, rows)}`),
  };
}

const frameOf = (columns: Columns) => makeFrame(columns as Record<string, ColumnValues>);
const unordered = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();

for (const rows of SIZES) {
  Deno.test(`counts() and crosses() of ${rows} rows are what plain JavaScript counts`, async () => {
    const columns = randomColumns(printedRng().fork(`${rows}`), rows);
    const frame = await frameOf(columns);
    const cells = new Map<string, { images: number; persons: Set<Cell> }>();
    for (let i = 0; i < rows; i++) {
      const key = JSON.stringify([columns.mask[i], columns.age[i]]);
      const cell = cells.get(key) ?? { images: 0, persons: new Set() };
      cells.set(key, { images: cell.images + 1, persons: cell.persons.add(columns.group[i]!) });
    }
    const wanted = [...cells].map(([key, { images, persons }]) => {
      const [mask, age] = JSON.parse(key);
      return { mask, age, images, persons: persons.size, share: images / rows };
    });
    assertEquals(unordered((await counts(frame, ["mask", "age"])).toRecords()), unordered(wanted));

    const crossed = (await crosses(frame, ["mask", "age"], { of: "persons" })).toRecords() as Record<string, Cell>[];
    assertEquals(crossed.length, new Set(columns.mask).size);
    for (const row of crossed) {
      for (const age of new Set(columns.age)) {
        const persons = cells.get(JSON.stringify([row.mask, age]))?.persons.size ?? 0;
        assertEquals(row[`${age ?? "missing"}`], persons, `${row.mask} x ${age}`);
      }
    }
  });

  Deno.test(`personsPerStratum() of ${rows} rows finds the fewest and most images of a person`, async () => {
    const columns = randomColumns(printedRng().fork(`${rows}`), rows);
    const found = (await personsPerStratum(await frameOf(columns), "mask")).toRecords() as Record<string, Cell>[];
    for (const { mask, persons, fewest, most } of found) {
      const images = new Map<Cell, number>();
      columns.group.forEach((group, i) => {
        if (columns.mask[i] === mask) images.set(group, 1 + (images.get(group) ?? 0));
      });
      assertEquals([persons, fewest, most], [images.size, Math.min(...images.values()), Math.max(...images.values())]);
    }
    assertEquals(found.length, new Set(columns.mask).size);
  });

  Deno.test(`findConflicts() and personalColumns() of ${rows} rows find what plain JavaScript finds`, async () => {
    const columns = randomColumns(printedRng().fork(`${rows}`), rows);
    const frame = await frameOf(columns);
    const gather = (keys: Cell[], values: Cell[]) => {
      const lists = new Map<Cell, Cell[]>();
      keys.forEach((key, i) => {
        if (key !== null && values[i] !== null) lists.set(key, [...lists.get(key) ?? [], values[i]!]);
      });
      return [...lists];
    };
    const rule = (rule: string, lists: [Cell, Cell[]][]) =>
      lists.map(([key, list]) => ({
        rule,
        where: `${key}`,
        values: [...new Set(list)].join(", "),
        images: list.length,
      }));
    const several = (lists: [Cell, Cell[]][]) => lists.filter(([, list]) => list.length > 1);
    const differ = (lists: [Cell, Cell[]][]) => lists.filter(([, list]) => new Set(list).size > 1);
    const names = ["mask", "age", "note"] as const;
    assertEquals((await findConflicts(frame, { personal: names })).toRecords() as unknown[], [
      ...rule("one image an id", several(gather(columns.id, columns.path))),
      ...rule("one sample a path", several(gather(columns.path, columns.id))),
      ...names.flatMap((name) => rule(`one ${name} a person`, differ(gather(columns.group, columns[name])))),
    ]);
    const kept = names.filter((name) => {
      const lists = several(gather(columns.group, columns[name]));
      return lists.length > 0 && lists.length - differ(lists).length >= 0.9 * lists.length;
    });
    assertEquals(personalColumns(frame), kept);
  });
}
