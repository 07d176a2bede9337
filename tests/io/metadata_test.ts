import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ImageHeader, readImageHeaders } from "../../src/io/metadata.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";

Deno.test("readImageHeaders() tells size, format and colour mode of each kind of file", () =>
  withDir(async (dir) => {
    const sharp = await loadSharp(), rng = printedRng();
    const [height, width] = [between(rng, 3, 40), between(rng, 3, 40)];
    const plain = () => sharp({ create: { width, height, channels: 3, background: "#864" } });
    const clear = () => sharp({ create: { width, height, channels: 4, background: "#8648" } });
    const mode = (format: string, space: string, channels: number, rest: Partial<ImageHeader> = {}) => (
      { height, width, format, space, channels, depth: 8, alpha: false, orientation: 1, ...rest }
    );
    const kinds = {
      "rgb.jpg": [plain().jpeg(), mode("jpeg", "srgb", 3)],
      "grey.jpg": [plain().toColourspace("b-w").jpeg(), mode("jpeg", "b-w", 1)],
      "cmyk.jpg": [plain().toColourspace("cmyk").jpeg(), mode("jpeg", "cmyk", 4)],
      "clear.png": [clear().png(), mode("png", "srgb", 4, { alpha: true })],
      "deep.png": [plain().toColourspace("rgb16").png(), mode("png", "rgb16", 3, { depth: 16 })],
      "clear.webp": [clear().webp(), mode("webp", "srgb", 4, { alpha: true })],
      "turned.jpg": [plain().withMetadata({ orientation: 6 }).jpeg(), mode("jpeg", "srgb", 3, { orientation: 6 })],
    } as const;
    const paths = Object.keys(kinds).map((name) => `${dir}/${name}`);
    for (const [name, [image]] of Object.entries(kinds)) await Deno.writeFile(`${dir}/${name}`, await image.toBuffer());
    const found = await readImageHeaders(paths);
    for (const [i, [name, [, expected]]] of Object.entries(kinds).entries()) {
      assertEquals(found[i] as ImageHeader, expected, name);
    }
  }));

Deno.test("readImageHeaders() gives an error that names the file in place of a header, and ends when told", () =>
  withDir(async (dir) => {
    const path = `${dir}/text.jpg`;
    await Deno.writeTextFile(path, "no image");
    const [text, missing] = await readImageHeaders([path, `${dir}/missing.jpg`]);
    assert(text instanceof Error && missing instanceof Error);
    assertStringIncludes(text.message, path);
    assertStringIncludes(missing.message, "missing.jpg");
    await assertRejects(() => readImageHeaders([path], { signal: AbortSignal.abort() }), DOMException);
  }));
