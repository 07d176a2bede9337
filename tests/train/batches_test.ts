import { assert, assertEquals } from "@std/assert";
import { divideEvenly } from "../../src/train/batches.ts";

Deno.test("divideEvenly() keeps to the size, in as few parts as it allows, alike but for one image", () => {
  for (let images = 2; images <= 70; images++) {
    for (let most = 2; most <= images + 1; most++) {
      const sizes = divideEvenly(images, most), where = `${images} by ${most}: ${sizes}`;
      assertEquals(sizes.reduce((sum, size) => sum + size, 0), images, where);
      assert(Math.min(...sizes) >= 2, where);
      assert(Math.max(...sizes) - Math.min(...sizes) <= 1, where);
      if (most === 2 && images % 2 === 1) assertEquals(Math.max(...sizes), 3, where);
      else assert(Math.max(...sizes) <= most && sizes.length === Math.ceil(images / most), where);
    }
  }
});
