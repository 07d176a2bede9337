import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomInt } from "../../src/core/rng.ts";
import { pixelSheet } from "../../src/explore/pixel_sheet.ts";
import { loadSharp } from "../../src/io/sharp.ts";
import { between, printedRng } from "../random.ts";

const GAP = 8, LINE = 13;

/** The texts of a picture, in the order in which they are drawn. */
const textsOf = ({ svg }: { svg: string }) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

Deno.test("pixelSheet() shows every pixel as it is, narrow images enlarged", async () => {
  const rng = printedRng();
  const size = [between(rng, 3, 20), between(rng, 20, 170)] as const, [height, width] = size;
  const count = between(rng, 2, 5), columns = between(rng, 1, 3);
  const pixels = Uint8Array.from({ length: count * height * width * 3 }, () => randomInt(rng, 256));
  const captions = Array.from({ length: count }, (_, i) => `${i}`);
  const sheet = await pixelSheet(pixels, { size, captions, columns });
  const sharp = await loadSharp();
  const { data, info } = await sharp(sheet.png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assertEquals([info.height, info.width], [...sheet.size]);
  const scale = Math.ceil(Math.max(144, width) / width);
  assert(width * scale >= 144);
  for (let i = 0; i < count; i++) {
    const top = GAP + Math.floor(i / columns) * (height * scale + LINE + GAP);
    const left = GAP + (i % columns) * (width * scale + GAP);
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = ((top + y) * info.width + left + x) * 3;
        const at = ((i * height + Math.floor(y / scale)) * width + Math.floor(x / scale)) * 3;
        for (let c = 0; c < 3; c++) {
          if (data[from + c] !== pixels[at + c]) throw new Error(`image ${i}, ${y}, ${x}, ${c}`);
        }
      }
    }
  }
});

Deno.test("pixelSheet() keeps a caption's lines, breaks long ones and takes the middle out of long words", async () => {
  const pixels = new Uint8Array(2 * 4 * 144 * 3);
  const captions = ["000001_female_Asian_45/mask1\n0.63 <off>", "a\n0.63 incorrect female middle"];
  const sheet = await pixelSheet(pixels, { size: [4, 144], captions });
  assertEquals(textsOf(sheet), [
    "000001_fema…n_45/mask1",
    "0.63 &lt;off&gt;",
    "a",
    "0.63 incorrect female",
    "middle",
  ]);
});

Deno.test("pixelSheet() refuses no image, and pixels that do not match the captions", async () => {
  await assertRejects(() => pixelSheet(new Uint8Array(0), { size: [2, 2], captions: [] }), RangeError, "nothing");
  await assertRejects(() => pixelSheet(new Uint8Array(13), { size: [2, 2], captions: ["a"] }), TypeError, "12 bytes");
});
