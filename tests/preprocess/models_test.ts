import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Pixels } from "../../src/core/resample.ts";
import { cropFace } from "../../src/preprocess/crop_face.ts";
import { eraseBackground } from "../../src/preprocess/erase_background.ts";
import { loadRuntime, modelInput, type OpenModel, type Values } from "../../src/preprocess/onnx.ts";
import { PREPROCESS, preprocessImages } from "../../src/preprocess/mod.ts";
import { resolveSpec } from "../../src/core/parts.ts";
import { loadFolders } from "../../src/io/folders.ts";
import { between, printedRng } from "../random.ts";
import { picture, withDir, write } from "../io/fixtures.ts";

/** A stand-in for onnxruntime: a model that answers what it is told, and keeps what it was given. */
function standIn(...outputs: readonly Values[]) {
  const seen: Values[] = [], opened: string[] = [];
  const open: OpenModel = (path) => {
    opened.push(path);
    return Promise.resolve({
      run: (input) => {
        seen.push(input);
        return Promise.resolve(Object.fromEntries(outputs.map((output, i) => [`output ${i}`, output])));
      },
    });
  };
  return { open, seen, opened };
}

/** Options of a step with the defaults filled in, with a model. */
const optionsOf = <T>(name: keyof typeof PREPROCESS, options: Record<string, unknown>) =>
  resolveSpec("preprocessing step", PREPROCESS, { name, model: "model.onnx", ...options } as never) as unknown as T;

/** An image whose red is its column and whose green is its row. */
function ramp(height: number, width: number): Pixels {
  const data = new Uint8Array(height * width * 3);
  for (let p = 0; p < height * width; p++) data.set([p % width, Math.floor(p / width), 7], 3 * p);
  return { data, height, width };
}

const silent = (text: string) => {
  throw new Error(text);
};

type Cropping = Parameters<typeof cropFace>[0];
type Erasing = Parameters<typeof eraseBackground>[0];

Deno.test("modelInput() puts channels first, less the mean and by the deviation", () => {
  const image = { data: Uint8Array.of(10, 20, 30, 40, 50, 60), height: 1, width: 2 };
  const { data, dims } = modelInput(image, { size: [1, 2], mean: [10, 0, 0], std: [1, 10, 2] });
  assertEquals([...data], [0, 30, 2, 5, 15, 30]);
  assertEquals(dims, [1, 3, 1, 2]);
});

Deno.test("cropFace keeps the likeliest face with its margin, in the image's shape", async () => {
  const scores = { data: [0.9, 0.1, 0.05, 0.95, 0.2, 0.8], dims: [1, 3, 2] };
  const boxes = { data: [0, 0, 1, 1, 0.4, 0.5, 0.6, 0.7, 0, 0, 0.1, 0.1], dims: [1, 3, 4] };
  const { open, seen, opened } = standIn(boxes, scores); // in either order
  const crop = cropFace(optionsOf<Cropping>("cropFace", { margin: 0.5, modelSize: [24, 32] }), open);
  for (let i = 0; i < 2; i++) {
    const { data, height, width } = await crop(ramp(100, 80), silent);
    assertEquals([height, width], [40, 32]); // 0.2 of either side, twice as large
    assertEquals([...data.subarray(0, 3)], [24, 40, 7]); // columns 24 to 55, rows 40 to 79
  }
  assertEquals([opened, seen.length, seen[0]!.dims], [["model.onnx"], 2, [1, 3, 24, 32]]);
});

Deno.test("cropFace stays within the image where the face is at its border", async () => {
  const outputs = [{ data: [0, 1], dims: [1, 1, 2] }, { data: [0.9, -0.1, 1.1, 0.1], dims: [1, 1, 4] }];
  const crop = cropFace(optionsOf<Cropping>("cropFace", { margin: 0.5 }), standIn(...outputs).open);
  const { data, height, width } = await crop(ramp(50, 50), silent);
  assertEquals([height, width, data[0], data[1]], [20, 20, 30, 0]);
});

Deno.test("cropFace notes an image without a face and keeps its middle, as it does without a model", async () => {
  const outputs = [{ data: [0.5, 0.5], dims: [1, 1, 2] }, { data: [0, 0, 1, 1], dims: [1, 1, 4] }];
  const notes: string[] = [], image = ramp(20, 12);
  const crop = cropFace(optionsOf<Cropping>("cropFace", { share: 0.5 }), standIn(...outputs).open);
  const found = await crop(image, (text) => notes.push(text));
  assertEquals([found.height, found.width, found.data[0], found.data[1]], [10, 6, 3, 5]);
  assertEquals(notes, ["No face was found (best score 0.50, threshold 0.7); the middle was kept."]);
  const plain = await cropFace(optionsOf<Cropping>("cropFace", { share: 0.5, model: null }))(image, silent);
  assertEquals(plain, found);
});

Deno.test("cropFace refuses a model whose outputs are no detector's", async () => {
  const { open } = standIn({ data: [1], dims: [1, 1, 1] });
  const crop = cropFace(optionsOf<Cropping>("cropFace", {}), open);
  await assertRejects(async () => await crop(ramp(8, 8), silent), TypeError, "[1, N, 2] and [1, N, 4]");
});

Deno.test("eraseBackground keeps what a model says is the person, and blends where it is not sure", async () => {
  const { open, seen } = standIn({ data: [1, 0, 0.5, 1], dims: [1, 1, 2, 2] });
  const erase = eraseBackground(
    optionsOf<Erasing>("eraseBackground", { fill: [200, 100, 0], modelSize: [8, 8] }),
    open,
  );
  const image = { data: new Uint8Array(2 * 2 * 3).fill(50), height: 2, width: 2 };
  const { data } = await erase(image, silent);
  assertEquals([...data], [50, 50, 50, 200, 100, 0, 125, 75, 25, 50, 50, 50]);
  assertEquals(seen[0]!.dims, [1, 3, 8, 8]);
});

Deno.test("eraseBackground refuses a model whose output is no probabilities", async () => {
  for (const [output, words] of [[{ data: [3], dims: [1, 1, 1, 1] }, "3"], [{ data: [], dims: [0] }, "[0]"]] as const) {
    const erase = eraseBackground(optionsOf<Erasing>("eraseBackground", {}), standIn(output).open);
    await assertRejects(async () => await erase(ramp(8, 8), silent), TypeError, words);
  }
});

Deno.test("loadRuntime() tells the command that adds onnxruntime-node where it cannot be had", async () => {
  const missing = () => Promise.reject(new Error("Cannot find package"));
  await assertRejects(() => loadRuntime(missing), Error, "deno add npm:onnxruntime-node@");
});

Deno.test("preprocessImages() refuses a step whose model is not there", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/data/all/0.png`, await picture({ seed: 1, height: 20, width: 30 }));
    const steps = [{ name: "cropFace", model: `${dir}/none.onnx` }] as const;
    const dataset = await loadFolders(`${dir}/data`);
    await assertRejects(() => preprocessImages(dataset, steps, { dir: `${dir}/made` }), TypeError, "none.onnx");
  });
});

Deno.test("preprocessImages() keeps what steps noted, also when it is called again", async () => {
  await withDir(async (dir) => {
    await write(`${dir}/data/all/0.png`, await picture({ seed: 1, height: 20, width: 30 }));
    const dataset = await loadFolders(`${dir}/data`), options = { dir: `${dir}/made`, workers: 0 };
    const first = await preprocessImages(dataset, [{ name: "cropFace" }], options);
    assertEquals(first.notes, []);
    const { path } = first.samples[0]!;
    await Deno.writeTextFile(`${first.root}/${path}.json`, '["No face was found."]'); // as a worker leaves it
    const again = await preprocessImages(dataset, [{ name: "cropFace" }], options);
    assertEquals(again.notes, [{ id: dataset.samples[0]!.id, path: "all/0.png", text: "No face was found." }]);
  });
});

Deno.test("cropFace keeps the share that it is told, of any size", async () => {
  const rng = printedRng();
  for (let i = 0; i < 20; i++) {
    const [height, width] = [between(rng, 1, 40), between(rng, 1, 40)], share = 0.05 + 0.95 * rng();
    const made = await cropFace(optionsOf<Cropping>("cropFace", { model: null, share }))(ramp(height, width), silent);
    assertEquals([made.height, made.width], [height, width].map((side) => Math.max(1, Math.round(side * share))));
    assert(made.data.length === made.height * made.width * 3);
  }
});
