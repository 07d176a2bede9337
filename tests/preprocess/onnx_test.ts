import { assert, assertEquals, assertRejects } from "@std/assert";
import { openOnnx } from "../../src/preprocess/onnx.ts";
import { onnxFile } from "./onnx_file.ts";

/** No dependency of maskfold; `deno add npm:onnxruntime-node@1.30.0` has these tests run. */
const PACKAGE: string = "onnxruntime-node";
const there = await import(PACKAGE).then(() => true, () => false);

async function withModel(content: Uint8Array, run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".onnx" });
  try {
    await Deno.writeFile(path, content);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test({
  name: "openOnnx() runs a model",
  ignore: !there,
  fn: async () => {
    await withModel(onnxFile("Sigmoid", [1, 1, 2, 2]), async (path) => {
      const model = await openOnnx(path);
      const outputs = await model.run({ data: Float32Array.of(0, 1, -1, 20), dims: [1, 1, 2, 2] });
      assertEquals(Object.keys(outputs), ["y"]);
      assertEquals([...outputs.y!.dims], [1, 1, 2, 2]);
      const expected = [0, 1, -1, 20].map((x) => 1 / (1 + Math.exp(-x)));
      expected.forEach((value, i) => assert(Math.abs(outputs.y!.data[i]! - value) < 1e-6));
    });
  },
});

Deno.test({
  name: "openOnnx() names a file that holds no model",
  ignore: !there,
  fn: () => withModel(new Uint8Array(9), async (path) => void await assertRejects(() => openOnnx(path), Error, path)),
});

Deno.test({
  name: "openOnnx() says how onnxruntime-node is added",
  ignore: there,
  fn: async () => void await assertRejects(() => openOnnx("model.onnx"), Error, "deno add npm:onnxruntime-node@"),
});
