import { assertEquals } from "@std/assert";
import { holdsInk } from "../../src/io/ink.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { between, printedRng } from "../random.ts";

Deno.test("holdsInk() agrees with the decoder on JPEG files of any kind and on PNG files", async () => {
  const sharp = await loadSharp(), rng = printedRng();
  const spaces: string[] = [];
  for (let k = 0; k < 24; k++) {
    const [width, height, channels] = [between(rng, 1, 40), between(rng, 1, 40), ([1, 3, 4] as const)[k % 3]!];
    const pixels = Uint8Array.from({ length: width * height * channels }, () => 256 * rng());
    const space = channels === 4 ? "cmyk" : channels === 1 ? "b-w" : "srgb";
    const image = sharp(pixels, { raw: { width, height, channels } }).pipelineColourspace(space).toColourspace(space);
    if (rng() < 0.5) image.withExif({ IFD0: { Copyright: "x".repeat(between(rng, 0, 300)) } });
    const asPng = channels < 4 && rng() < 0.3;
    const bytes = await (asPng ? image.png() : image.jpeg({ progressive: rng() < 0.5 })).toBuffer();
    const found = (await sharp(bytes).metadata()).space;
    assertEquals(holdsInk(bytes), found === "cmyk" ? undefined : false, `${k}: ${found}`);
    spaces.push(found);
  }
  assertEquals([...new Set(spaces)].sort(), ["b-w", "cmyk", "srgb"]);
});

Deno.test("holdsInk() leaves other and broken files to the decoder, wherever they break off", async () => {
  const sharp = await loadSharp();
  const jpeg = await sharp({ create: { width: 9, height: 5, channels: 3, background: "red" } }).jpeg().toBuffer();
  const frame = jpeg.indexOf(Uint8Array.of(0xff, 0xc0));
  for (let end = 0; end < frame + 10; end++) assertEquals(holdsInk(jpeg.subarray(0, end)), undefined, `${end}`);
  assertEquals(holdsInk(jpeg.subarray(0, frame + 10)), false);
  assertEquals(holdsInk(new TextEncoder().encode("no image")), undefined);
  assertEquals(holdsInk(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff)), undefined); // a length of nothing
});
