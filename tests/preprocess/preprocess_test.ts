import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../src/core/mod.ts";
import { build } from "../../src/core/parts.ts";
import { loadFolders } from "../../src/io/folders.ts";
import { decodeImage } from "../../src/io/images.ts";
import { faultsOf } from "../../src/io/validate.ts";
import { PREPROCESS, preprocessImages, type PreprocessSpec } from "../../src/preprocess/mod.ts";
import { picture, withDir, write } from "../io/fixtures.ts";

const STEPS: readonly PreprocessSpec[] = [{ name: "clahe", tiles: 2 }, { name: "sharpenEdges" }];

/** A folder of pictures of different shapes. */
async function writePictures(dir: string, count: number): Promise<Dataset> {
  for (let i = 0; i < count; i++) {
    await write(`${dir}/all/${i}.png`, await picture({ seed: i, height: 20 + (i % 3), width: 30 - (i % 4) }));
  }
  return await loadFolders(dir);
}

const filesOf = (dir: string) => [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
const timesOf = ({ root, samples }: Dataset) => samples.map(({ path }) => Deno.statSync(`${root}/${path}`).mtime);

for (const workers of [0, 2]) {
  Deno.test(`preprocessImages() with ${workers} workers writes what the steps make of each image, in the samples' order`, async () => {
    await withDir(async (dir) => {
      const dataset = await writePictures(`${dir}/data`, 9), seen: number[] = [];
      const made = await preprocessImages(dataset, STEPS, {
        dir: `${dir}/made`,
        workers,
        format: "png",
        onProgress: ({ done, total }) => seen.push(done, total),
      });
      assertEquals(
        made.samples.map(({ id, label }) => [id, label]),
        dataset.samples.map(({ id, label }) => [id, label]),
      );
      for (const [i, { path }] of dataset.samples.entries()) {
        let image = await decodeImage(`${dataset.root}/${path}`);
        for (const spec of STEPS) image = await build("preprocessing step", PREPROCESS, spec)(image, () => {});
        const written = await decodeImage(`${made.root}/${made.samples[i]!.path}`);
        assertEquals(written.data, new Uint8Array(image.data), path);
        assertEquals([written.height, written.width], [image.height, image.width]);
      }
      assertEquals(seen.slice(-2), [9, 9]);
      assertEquals(made.notes, []);
    });
  });
}

Deno.test("preprocessImages() makes nothing twice, and a changed file or option anew", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 4), options = { dir: `${dir}/made`, workers: 0 };
    const first = await preprocessImages(dataset, STEPS, options);
    const files = filesOf(first.root), places = files.map((name) => Deno.statSync(`${first.root}/${name}`).ino);
    const again = await preprocessImages(dataset, STEPS, options);
    assertEquals([again.root, again.samples], [first.root, first.samples]);
    assertEquals(
      files.filter((name) => name !== "steps.json").map((name) => Deno.statSync(`${first.root}/${name}`).ino),
      places.filter((_, i) => files[i] !== "steps.json"),
    );
    await write(`${dir}/data/all/1.png`, await picture({ seed: 99, height: 20, width: 30 }));
    const changed = await preprocessImages(dataset, STEPS, options);
    assertEquals(changed.samples.map(({ path }, i) => path === first.samples[i]!.path), [true, false, true, true]);
    for (const other of [{ quality: 80 }, { format: "png" as const }]) {
      assertNotEquals((await preprocessImages(dataset, STEPS, { ...options, ...other })).root, first.root);
    }
    const defaults = await preprocessImages(dataset, [{ name: "clahe" }], options);
    assertEquals((await preprocessImages(dataset, [{ name: "clahe", clip: 2 }], options)).root, defaults.root);
  });
});

Deno.test("preprocessImages() gives files their sources' times and equal bytes when they are made anew", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 3);
    const a = await preprocessImages(dataset, STEPS, { dir: `${dir}/a`, workers: 0 });
    const b = await preprocessImages(dataset, STEPS, { dir: `${dir}/b`, workers: 1 });
    assertEquals(timesOf(a), timesOf(dataset).map((time) => new Date(time!.getTime())));
    assertEquals(timesOf(b), timesOf(a));
    for (const { path } of a.samples) {
      assertEquals(await Deno.readFile(`${a.root}/${path}`), await Deno.readFile(`${b.root}/${path}`));
    }
  });
});

Deno.test("preprocessImages() reports missing, empty and undecodable files, and keeps their samples", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 5), all = `${dir}/data/all`;
    await Deno.remove(`${all}/0.png`);
    await Deno.writeTextFile(`${all}/2.png`, "");
    await Deno.writeTextFile(`${all}/3.png`, "no picture");
    const made = await preprocessImages(dataset, STEPS, { dir: `${dir}/made`, workers: 1 });
    assertEquals(made.faults.map(({ kind, path }) => [kind, path]), [
      ["missing-file", "all/0.png"],
      ["empty-file", "all/2.png"],
      ["undecodable", "all/3.png"],
    ]);
    assertEquals(made.samples.length, 5);
    for (const i of [1, 4]) assert((await Deno.stat(`${made.root}/${made.samples[i]!.path}`)).isFile);
    await Deno.remove(`${all}/1.png`);
    await Deno.remove(`${all}/4.png`);
    const error = await assertRejects(() => preprocessImages(dataset, STEPS, { dir: `${dir}/made` }), AggregateError);
    assertEquals(faultsOf(error).length, 5);
  });
});

Deno.test("preprocessImages() without steps is the data set itself", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 2);
    const { notes, ...made } = await preprocessImages(dataset, [], { dir: `${dir}/made` });
    assertEquals([made, notes], [dataset, []]);
  });
});

Deno.test("preprocessImages() stops on a signal, and goes on where it was stopped", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 30), abort = new AbortController();
    const options = { dir: `${dir}/made`, workers: 2 };
    await assertRejects(
      () =>
        preprocessImages(dataset, STEPS, {
          ...options,
          signal: abort.signal,
          onProgress: ({ done }) => done === 5 && abort.abort(new Error("enough")),
        }),
      Error,
      "enough",
    );
    const seen: number[] = [];
    await preprocessImages(dataset, STEPS, { ...options, onProgress: ({ done }) => seen.push(done) });
    assert(seen[0]! >= 5 && seen[0]! < 30, `${seen}`);
    assertEquals(seen.at(-1), 30);
  });
});

Deno.test("preprocessImages() goes on after its process was killed, with no file that is not whole", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 60);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "-q",
        "--no-check",
        new URL("preprocess_child.ts", import.meta.url).pathname,
        `${dir}/data`,
        `${dir}/made`,
      ],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read(); // the first files are there
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const seen: number[] = [];
    const made = await preprocessImages(dataset, [{ name: "clahe" }], {
      dir: `${dir}/made`,
      workers: 1,
      onProgress: ({ done }) => seen.push(done),
    });
    assert(seen[0]! > 0 && seen[0]! < 60, `${seen[0]} were there`);
    for (const { path } of made.samples) await decodeImage(`${made.root}/${path}`);
    assertEquals(filesOf(made.root).filter((name) => name.endsWith(".tmp")), []);
  });
});

Deno.test("preprocessImages() refuses unknown steps, formats and numbers of workers", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(`${dir}/data`, 1), options = { dir: `${dir}/made` };
    await assertRejects(() => preprocessImages(dataset, [{ name: "blur" } as never], options), RangeError, `"clahe"`);
    for (const wrong of [{ workers: -1 }, { quality: 0 }, { format: "gif" as never }]) {
      await assertRejects(() => preprocessImages(dataset, STEPS, { ...options, ...wrong }), RangeError);
    }
  });
});
