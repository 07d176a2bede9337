import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { type Dataset, FACE_SCHEMA, type ImageSet, randomInt, seededRng } from "../../src/core/mod.ts";
import { loadFolders } from "../../src/io/folders.ts";
import { decodeImage } from "../../src/io/images.ts";
import { packImages, type PackOptions } from "../../src/io/pack.ts";
import { faultsOf } from "../../src/io/validate.ts";
import { picture, withDir, write } from "./fixtures.ts";

/** A folder of pictures of different shapes. */
async function writePictures(dir: string, count = 10): Promise<Dataset> {
  for (let i = 0; i < count; i++) {
    await write(`${dir}/all/${i}.png`, await picture({ seed: i, height: 20 + (i % 3), width: 30 - (i % 4) }));
  }
  return await loadFolders(dir);
}

function readAll(images: ImageSet): Uint8Array {
  const out = new Uint8Array(images.ids.length * images.size[0] * images.size[1] * 3);
  images.fillBatch(images.ids.map((_, i) => i), out);
  return out;
}

/** Packs, reads everything, and closes. */
async function packed(dataset: Dataset, options: PackOptions) {
  let decoded = 0;
  const images = await packImages(dataset, { ...options, onProgress: ({ done }) => decoded = done });
  try {
    return { bytes: readAll(images), decoded, digest: images.digest, faults: images.faults };
  } finally {
    images.close();
  }
}

const OPTIONS: PackOptions = { resize: 16, crop: [15, 17] };

for (const where of ["in memory", "in a cache"]) {
  Deno.test(`packImages() ${where} holds what decodeImage() gives, in the samples' order`, async () => {
    await withDir(async (dir) => {
      const dataset = await writePictures(`${dir}/data`);
      const images = await packImages(dataset, {
        ...OPTIONS,
        ...where === "in a cache" && { cacheDir: `${dir}/cache` },
      });
      assertEquals(images.ids, dataset.samples.map(({ id }) => id));
      assertEquals(images.size, [15, 17]);
      const stride = 15 * 17 * 3;
      const batch = new Uint8Array(4 * stride);
      images.fillBatch([7, 0, 7], batch);
      for (const [b, i] of [7, 0, 7].entries()) {
        const { data } = await decodeImage(`${dir}/data/${dataset.samples[i]!.path}`, OPTIONS);
        assertEquals(batch.subarray(b * stride, (b + 1) * stride), data);
      }
      assertEquals(batch.subarray(3 * stride), new Uint8Array(stride));
      images.fillBatch(Int32Array.of(3), batch);
      images.close();
      images.close();
      assertThrows(() => images.fillBatch([0], batch), TypeError, "closed");
    });
  });

  Deno.test(`packImages() ${where} makes faults of what cannot be decoded`, async () => {
    await withDir(async (dir) => {
      const dataset = await writePictures(`${dir}/data`, 6);
      const sound = await packed(dataset, OPTIONS);
      await write(`${dir}/data/all/1.png`, "no image");
      await write(`${dir}/data/all/3.png`, "");
      await Deno.remove(`${dir}/data/all/4.png`);
      const options = { ...OPTIONS, ...where === "in a cache" && { cacheDir: `${dir}/cache` } };
      for (const time of ["first", "again"]) {
        const { bytes, faults, decoded } = await packed(dataset, options);
        assertEquals(faults.map(({ kind, id }) => [kind, id]), [
          ["undecodable", "all/1.png"],
          ["empty-file", "all/3.png"],
          ["missing-file", "all/4.png"],
        ]);
        const stride = 15 * 17 * 3;
        for (let i = 0; i < 6; i++) {
          const expected = [1, 3, 4].includes(i)
            ? new Uint8Array(stride)
            : sound.bytes.subarray(i * stride, (i + 1) * stride);
          assertEquals(bytes.subarray(i * stride, (i + 1) * stride), expected);
        }
        if (where === "in a cache") assertEquals(decoded, time === "first" ? 6 : 0);
      }
    });
  });

  Deno.test(`packImages() ${where} throws where no image can be decoded`, async () => {
    await withDir(async (dir) => {
      for (const name of ["a.png", "b.png"]) await write(`${dir}/data/all/${name}`, "no image");
      const options = { ...OPTIONS, ...where === "in a cache" && { cacheDir: `${dir}/cache` } };
      const dataset = await loadFolders(`${dir}/data`);
      const error = await assertRejects(() => packImages(dataset, options), AggregateError, "all/b.png");
      assertEquals(faultsOf(error).length, 2);
      if (where === "in a cache") assertEquals(names(`${dir}/cache`).filter((name) => !name.endsWith(".lock")), []);
    });
  });

  Deno.test(`packImages() ${where} stops promptly when its signal is aborted`, async () => {
    await withDir(async (dir) => {
      const dataset = await writePictures(`${dir}/data`, 60);
      const controller = new AbortController();
      let last = 0;
      const options = { ...OPTIONS, ...where === "in a cache" && { cacheDir: `${dir}/cache` } };
      const work = packImages(dataset, {
        ...options,
        signal: controller.signal,
        onProgress: ({ done, total }) => {
          assertEquals(total, 60);
          last = done;
          if (done === 10) controller.abort(new Error("enough"));
        },
      });
      await assertRejects(() => work, Error, "enough");
      assertLess(last, 20);
      if (where === "in a cache") assertEquals(names(`${dir}/cache`).filter((name) => !name.endsWith(".lock")), []);
    });
  });
}

function names(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
}

Deno.test("packImages() opens a whole cache without decoding, from any root", async () => {
  await withDir(async (dir) => {
    const cacheDir = `${dir}/cache`;
    const dataset = await writePictures(`${dir}/data`);
    const first = await packed(dataset, { ...OPTIONS, cacheDir });
    assertEquals(names(cacheDir).map((name) => name.split(".")[1]), ["bin", "json", "lock"]);
    const again = await packed(dataset, { ...OPTIONS, cacheDir });
    assertEquals([first.decoded, again.decoded], [10, 0]);
    assertEquals(again.bytes, first.bytes);
    await Deno.rename(`${dir}/data`, `${dir}/moved`);
    const moved = await packed({ ...dataset, root: `${dir}/moved` }, { ...OPTIONS, cacheDir });
    assertEquals([moved.decoded, moved.digest], [0, first.digest]);
  });
});

Deno.test("packImages() builds anew when a file, an option or the samples change", async () => {
  await withDir(async (dir) => {
    const cacheDir = `${dir}/cache`;
    const dataset = await writePictures(`${dir}/data`, 4);
    const digests = new Set([(await packed(dataset, { ...OPTIONS, cacheDir })).digest]);
    const changed = async (set: Dataset, options: PackOptions) => {
      const { digest, decoded, bytes } = await packed(set, { ...options, cacheDir });
      assertEquals(decoded, set.samples.length);
      assert(!digests.has(digest));
      digests.add(digest);
      assertEquals(bytes, (await packed(set, options)).bytes);
    };
    await changed(dataset, { ...OPTIONS, crop: [15, 16] });
    await changed(dataset, { ...OPTIONS, resize: 17 });
    await changed(dataset, { ...OPTIONS, interpolation: "bicubic" });
    await changed({ ...dataset, samples: dataset.samples.toReversed() }, OPTIONS);
    await changed({ ...dataset, samples: dataset.samples.slice(1) }, OPTIONS);
    await write(`${dir}/data/all/2.png`, await picture({ seed: "other" }));
    await changed(dataset, OPTIONS);
    await Deno.utime(`${dir}/data/all/2.png`, 1e9, 1e9);
    await changed(dataset, OPTIONS);
  });
});

Deno.test("packImages() builds anew when the cache is damaged", async () => {
  await withDir(async (dir) => {
    const cacheDir = `${dir}/cache`;
    const dataset = await writePictures(`${dir}/data`, 4);
    const { digest, bytes } = await packed(dataset, { ...OPTIONS, cacheDir });
    const [data, head] = [`${cacheDir}/${digest}.bin`, `${cacheDir}/${digest}.json`];
    const damages = [
      () => Deno.truncate(data, 100),
      () => Deno.remove(data),
      () => Deno.remove(head),
      () => Deno.truncate(head, 50),
      async () => await Deno.writeTextFile(head, (await Deno.readTextFile(head)).replace(`"version":1`, `"version":0`)),
    ];
    for (const damage of damages) {
      await damage();
      const again = await packed(dataset, { ...OPTIONS, cacheDir });
      assertEquals([again.decoded, again.digest], [4, digest]);
      assertEquals(again.bytes, bytes);
    }
  });
});

Deno.test("packImages() in one cache from several processes at once builds one whole pack", async () => {
  await withDir(async (dir) => {
    const { dataset, expected } = await largePictures(dir);
    const children = [1, 2].map(() => spawnChild(`${dir}/data`, `${dir}/cache`));
    const lines = await Promise.all(children.map(async (child) => (await child.output()).stdout));
    const texts = lines.map((bytes) => new TextDecoder().decode(bytes));
    assert(texts.every((text) => text.endsWith("packed\n")));
    assertEquals(texts.map((text) => text.split("image").length - 1).sort((a, b) => a - b), [0, 40]); // one did all the work
    const { bytes, decoded } = await packed(dataset, { ...LARGE, cacheDir: `${dir}/cache` });
    assertEquals([decoded, bytes], [0, expected]);
  });
});

Deno.test("packImages() after builds that were killed gives the bytes of an unbroken one", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const rng = seededRng(seed);
  await withDir(async (dir) => {
    const { dataset, expected } = await largePictures(dir);
    const cacheDir = `${dir}/cache`;
    let leftovers = 0;
    for (let kill = 0; kill < 5; kill++) {
      const child = spawnChild(`${dir}/data`, cacheDir);
      const after = randomInt(rng, 41);
      let seen = 0;
      const decoder = new TextDecoder();
      for await (const chunk of child.stdout.values({ preventCancel: true })) {
        seen += decoder.decode(chunk, { stream: true }).split("image").length - 1;
        if (seen >= after) break;
      }
      try {
        child.kill("SIGKILL");
      } catch { /* it was faster */ }
      await child.stdout.cancel();
      await child.status;
      const files = names(cacheDir);
      leftovers += files.filter((name) => name.endsWith(".tmp")).length;
      if (files.some((name) => name.endsWith(".json"))) {
        const { bytes } = await packed(dataset, { ...LARGE, cacheDir });
        assertEquals(bytes, expected, `seed ${seed}`);
        await Deno.remove(cacheDir, { recursive: true });
      }
    }
    assertGreater(leftovers, 0, `no build was hit on its way, seed ${seed}`);
    const { bytes } = await packed(dataset, { ...LARGE, cacheDir });
    assertEquals(bytes, expected, `seed ${seed}`);
    assertEquals(names(cacheDir).map((name) => name.split(".")[1]), ["bin", "json", "lock"]);
  });
});

/** What pack_child.ts packs with. */
const LARGE: PackOptions = { resize: [150, 140] };

async function largePictures(dir: string): Promise<{ dataset: Dataset; expected: Uint8Array }> {
  for (let i = 0; i < 40; i++) {
    await write(`${dir}/data/all/${i}.jpg`, await picture({ seed: i, height: 160, width: 120, format: "jpeg" }));
  }
  const dataset = await loadFolders(`${dir}/data`);
  return { dataset, expected: (await packed(dataset, LARGE)).bytes };
}

function spawnChild(dir: string, cacheDir: string): Deno.ChildProcess {
  const script = new URL("pack_child.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", script, dir, cacheDir],
    stdout: "piped",
  }).spawn();
}

Deno.test("packImages() refuses images that would differ in size, and none at all", async () => {
  await withDir(async (dir) => {
    const dataset = await writePictures(dir, 2);
    await assertRejects(() => packImages(dataset, { resize: 16 }), TypeError, "crop");
    await assertRejects(() => packImages(dataset, {}), TypeError, "crop");
    await assertRejects(() => packImages(dataset, { crop: 0 }), RangeError, "crop");
    await assertRejects(() => packImages({ root: dir, samples: [] }, { crop: 4 }), RangeError, dir);
  });
});

Deno.test("fillBatch() refuses indices and buffers that do not fit", async () => {
  await withDir(async (dir) => {
    const images = await packImages(await writePictures(dir, 2), { crop: 4 });
    const out = new Uint8Array(4 * 4 * 3);
    for (const index of [-1, 2, 0.5, NaN]) assertThrows(() => images.fillBatch([index], out), RangeError, "0 to 1");
    assertThrows(() => images.fillBatch([0, 1], out), RangeError, "96 bytes");
  });
});

Deno.test("packImages() digests alike in memory and on disk", async () => {
  await withDir(async (dir) => {
    const dataset = { ...await writePictures(`${dir}/data`, 2), schema: FACE_SCHEMA };
    const inMemory = await packed(dataset, OPTIONS);
    assertEquals((await packed(dataset, { ...OPTIONS, cacheDir: `${dir}/cache` })).digest, inMemory.digest);
    assertNotEquals((await packed(dataset, { crop: 9 })).digest, inMemory.digest);
  });
});
