import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { seededRng, shuffled } from "../../src/core/mod.ts";
import { readJson, sha256, tryLock, withLock, writeAtomic } from "../../src/io/files.ts";
import { inFlight } from "../../src/io/in_flight.ts";
import { compareNatural, listFiles, listFolders } from "../../src/io/listing.ts";
import { withDir, write } from "./fixtures.ts";

Deno.test("writeAtomic() replaces a file and leaves nothing beside it", async () => {
  await withDir(async (dir) => {
    await writeAtomic(`${dir}/a.bin`, "first, and longer");
    await writeAtomic(`${dir}/a.bin`, new Uint8Array([1, 2, 3]));
    assertEquals(await Deno.readFile(`${dir}/a.bin`), new Uint8Array([1, 2, 3]));
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["a.bin"]);
  });
});

Deno.test("writeAtomic() leaves the old file and nothing else where it fails", async () => {
  await withDir(async (dir) => {
    await Deno.mkdir(`${dir}/target/inside`, { recursive: true }); // a folder cannot be renamed over
    await assertRejects(() => writeAtomic(`${dir}/target`, "text"));
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["target"]);
  });
});

Deno.test("writeAtomic() at once from many places leaves one whole file", async () => {
  await withDir(async (dir) => {
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(10000 + i));
    await Promise.all(texts.map((text) => writeAtomic(`${dir}/a.txt`, text)));
    assert(texts.includes(await Deno.readTextFile(`${dir}/a.txt`)));
    assertEquals([...Deno.readDirSync(dir)].length, 1);
  });
});

Deno.test("readJson() names the file that is not JSON", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/a.json`, `{"a": [1, 2]}`);
    assertEquals(await readJson(`${dir}/a.json`), { a: [1, 2] });
    await write(`${dir}/b.json`, `{"a": [1, 2`);
    await assertRejects(() => readJson(`${dir}/b.json`), SyntaxError, `${dir}/b.json`);
    await assertRejects(() => readJson(`${dir}/c.json`), Deno.errors.NotFound, `${dir}/c.json`);
  });
});

Deno.test("sha256() gives the standard's digests", async () => {
  // FIPS 180-2, appendix B.1, and the digest of nothing.
  assertEquals(await sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assertEquals(await sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

Deno.test("withLock() lets one in at a time", async () => {
  await withDir(async (dir) => {
    let [inside, most] = [0, 0];
    await Promise.all(Array.from({ length: 3 }, () =>
      withLock(`${dir}/a.lock`, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 20));
        inside--;
      })));
    assertEquals([inside, most], [0, 1]);
  });
});

Deno.test("withLock() gives the lock back after an error and stops waiting when aborted", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/a.lock`;
    await assertRejects(() => withLock(path, () => Promise.reject(new Error("inside"))), Error, "inside");
    using lock = await tryLock(path);
    assert(lock);
    assertEquals(await tryLock(path), undefined);
    const waiting = withLock(path, () => Promise.resolve(), { signal: AbortSignal.timeout(30) });
    await assertRejects(() => waiting, DOMException);
  });
});

Deno.test("withLock() is freed by a killed process", async () => {
  await withDir(async (dir) => {
    const files = new URL("../../src/io/files.ts", import.meta.url).href;
    const code = `import { withLock } from "${files}";
      await withLock("${dir}/a.lock", () => new Promise(() => { console.log("in"); setInterval(() => {}, 1000); }));`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", "-q", code], stdout: "piped" }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    assertEquals(await tryLock(`${dir}/a.lock`), undefined);
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
    assertEquals(await withLock(`${dir}/a.lock`, () => Promise.resolve(7)), 7);
  });
});

Deno.test("compareNatural() sorts digits by value and is a total order", () => {
  const sorted = ["", "1", "01", "2", "10", "a", "a1", "a2", "a02b", "a10", "a10b2", "a10b10", "b", "é"];
  const rng = seededRng(3);
  for (let trial = 0; trial < 50; trial++) assertEquals(shuffled(sorted, rng).sort(compareNatural), order(sorted));
  for (const a of sorted) {
    for (const b of sorted) assertEquals(Math.sign(compareNatural(a, b)) + Math.sign(compareNatural(b, a)), 0);
  }
  const big = ["x123456789012345678901", "x123456789012345678902"]; // beyond what a number holds
  assertEquals([...big].reverse().sort(compareNatural), big);
});

function order(names: readonly string[]): string[] {
  const known = ["", "01", "1", "2", "10", "a", "a1", "a2", "a02b", "a10", "a10b2", "a10b10", "b", "é"];
  assertEquals([...names].sort(), [...known].sort());
  return known;
}

Deno.test("listFiles() passes over what is hidden and follows links", async () => {
  await withDir(async (dir) => {
    for (const path of ["b10.jpg", "b9.jpg", "._b9.jpg", ".git/x", "sub/c.jpg", "sub/deep/d.jpg"]) {
      await write(`${dir}/data/${path}`, "x");
    }
    await Deno.symlink(`${dir}/data/sub`, `${dir}/data/link`);
    await Deno.symlink(`${dir}/nowhere`, `${dir}/data/broken`);
    assertEquals(await listFiles(`${dir}/data`), ["b9.jpg", "b10.jpg", "broken"]);
    assertEquals(await listFiles(`${dir}/data`, { recursive: true }), [
      "b9.jpg",
      "b10.jpg",
      "broken",
      "link/c.jpg",
      "link/deep/d.jpg",
      "sub/c.jpg",
      "sub/deep/d.jpg",
    ]);
    assertEquals(await listFolders(`${dir}/data`), ["link", "sub"]);
  });
});

Deno.test("inFlight() does each job once, eight at a time, and tells of each", async () => {
  const seen: number[] = [];
  const told: number[] = [];
  let [running, most] = [0, 0];
  await inFlight(50, async (i) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    seen.push(i);
  }, { onProgress: ({ done, total }) => told.push(done / total) });
  assertEquals(most, 8);
  assertEquals(seen.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
  assertEquals(told, Array.from({ length: 50 }, (_, i) => (i + 1) / 50));
});

Deno.test("inFlight() waits for what is under way after an error or an abort, and begins nothing new", async () => {
  for (const kind of ["error", "abort"]) {
    const controller = new AbortController();
    let [begun, ended] = [0, 0];
    const work = inFlight(100, async (i) => {
      begun++;
      await new Promise((resolve) => setTimeout(resolve, 2));
      ended++;
      if (i === 20 && kind === "error") throw new Error("job 20");
      if (i === 20) controller.abort(new Error("job 20"));
    }, { signal: controller.signal });
    await assertRejects(() => work, Error, "job 20");
    assertEquals(begun, ended);
    assertGreaterOrEqual(40, begun);
  }
});
