import { assertEquals, assertRejects } from "@std/assert";
import { decodePicture } from "../../src/io/picture_bytes.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { between, printedRng } from "../random.ts";
import { picture } from "./fixtures.ts";

Deno.test("decodePicture() follows each orientation as libvips does", async () => {
  const rng = printedRng(), sharp = await loadSharp();
  for (let orientation = 1; orientation <= 8; orientation++) {
    const height = between(rng, 1, 9), width = between(rng, 1, 9);
    const bytes = await picture({ seed: orientation, height, width });
    const lying = await sharp(bytes).withMetadata({ orientation }).png().toBuffer();
    const { data, info } = await sharp(lying).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const found = await decodePicture(lying, { maxPixels: 100 });
    assertEquals(found, { data: new Uint8Array(data), height: info.height, width: info.width }, `${orientation}`);
  }
});

Deno.test("decodePicture() takes JPEG, PNG and WebP of as many pixels as are allowed, whole ones only", async () => {
  const bytes = await picture({ seed: 1, height: 8, width: 7 }), sharp = await loadSharp();
  for (const format of ["jpeg", "png", "webp"] as const) {
    const file = await sharp(bytes).toFormat(format).toBuffer();
    const { height, width } = await decodePicture(file, { maxPixels: 56 });
    assertEquals([height, width], [8, 7]);
    await assertRejects(
      () => decodePicture(file, { maxPixels: 55 }),
      RangeError,
      "at most 55 pixels: current size is 7 x 8",
    );
    await assertRejects(
      () => decodePicture(file.subarray(0, file.length - 20), { maxPixels: 56 }),
      SyntaxError,
      "broken",
    );
  }
  const tiff = await sharp(bytes).tiff().toBuffer();
  await assertRejects(() => decodePicture(tiff, { maxPixels: 56 }), SyntaxError, "must be JPEG, PNG, WebP");
  await assertRejects(() => decodePicture(new Uint8Array(0), { maxPixels: 56 }), SyntaxError, "must be JPEG");
});
