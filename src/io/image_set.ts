/**
 * Packed images in memory, and the checks that every image set makes.
 *
 * @module
 */
import type { ImageSet } from "../core/mod.ts";

/** What is known of packed images besides their pixels. */
export type ImageFacts = Pick<ImageSet, "ids" | "size" | "digest" | "faults">;

/** Takes in the pixels of one image, `[H, W, 3]`. */
export type StoreImage = (index: number, pixels: Uint8Array) => void;

/** Bytes of one image. */
export function strideOf([height, width]: ImageSet["size"]): number {
  return height * width * 3;
}

/**
 * Makes an image set.
 *
 * @param facts Ids, size, digest and faults.
 * @param copy Copies the pixels of one image into a buffer of just that length.
 * @param close Lets go of whatever holds the pixels.
 */
export function makeImageSet(facts: ImageFacts, copy: StoreImage, close: () => void): ImageSet {
  const { ids, size, digest, faults } = facts;
  const stride = strideOf(size);
  let open = true;
  const fillBatch = (indices: ArrayLike<number>, out: Uint8Array) => {
    if (!open) throw new TypeError("Cannot fill a batch as the image set is closed");
    if (out.length < indices.length * stride) {
      throw new RangeError(
        `Cannot fill a batch of ${indices.length} images as they need ${
          indices.length * stride
        } bytes: the buffer has ${out.length}`,
      );
    }
    for (let b = 0; b < indices.length; b++) {
      const index = indices[b]!;
      if (!(Number.isInteger(index) && index >= 0 && index < ids.length)) {
        throw new RangeError(
          `Cannot fill a batch as indices must be whole numbers from 0 to ${ids.length - 1}: current value is ${index}`,
        );
      }
      copy(index, out.subarray(b * stride, (b + 1) * stride));
    }
  };
  const closeOnce = () => {
    if (open) close();
    open = false;
  };
  return { ids, size, digest, faults, fillBatch, close: closeOnce };
}

/**
 * Collects images in memory.
 *
 * @param facts Ids, size and digest.
 * @param build Stores every image and returns those that it could not, as faults.
 * @throws {RangeError} If there is not so much memory.
 */
export async function packInMemory(
  facts: Omit<ImageFacts, "faults">,
  build: (store: StoreImage) => Promise<ImageFacts["faults"]>,
): Promise<ImageSet> {
  const stride = strideOf(facts.size);
  const pixels = allocate(facts.ids.length, stride);
  const faults = await build((index, image) => pixels.set(image, index * stride));
  return makeImageSet(
    { ...facts, faults },
    (index, out) => out.set(pixels.subarray(index * stride, (index + 1) * stride)),
    () => {},
  );
}

function allocate(count: number, stride: number): Uint8Array {
  try {
    return new Uint8Array(count * stride);
  } catch (error) {
    const size = (count * stride / 2 ** 30).toFixed(1);
    throw new RangeError(`Cannot pack ${count} images in memory as they take ${size} GiB: give cacheDir`, {
      cause: error,
    });
  }
}
