/**
 * Two sets of images as one.
 *
 * @module
 */
import type { ImageSet } from "../core/records.ts";

/**
 * The images of a set and after them those of another. Nothing is copied.
 *
 * @param first Images that stay open when the joined set is closed: whoever opened them closes them.
 * @param second Images of the same size; closed with the joined set.
 * @throws {TypeError} If the sizes differ.
 */
export function joinImages(first: ImageSet, second: ImageSet): ImageSet {
  const [height, width] = first.size, stride = height * width * 3, count = first.ids.length;
  if (second.size[0] !== height || second.size[1] !== width) {
    throw new TypeError(
      `Cannot join images as they must be of one size: current sizes are ${first.size.join(" x ")} and ${
        second.size.join(" x ")
      }`,
    );
  }
  return {
    ids: [...first.ids, ...second.ids],
    size: first.size,
    digest: `${first.digest}+${second.digest}`,
    faults: [...first.faults, ...second.faults],
    fillBatch(indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!, own = index < count, image = out.subarray(i * stride, (i + 1) * stride);
        if (own) first.fillBatch([index], image);
        else second.fillBatch([index - count], image);
      }
    },
    close: () => second.close(),
  };
}
