/**
 * Heat maps laid over the images that they are of.
 *
 * @module
 */
import { show } from "../core/check.ts";
import type { Size } from "../core/records.ts";
import type { HeatMaps } from "./grad_cam.ts";

/** How heat is laid over images. */
export interface OverlayHeatOptions {
  /** Height and width of the images in pixels. */
  readonly size: Size;
  /** How much of the image the hottest place hides, 0..1; 0.7 by default. */
  readonly strength?: number;
}

/** From cool to hot, RGB 0..255. A cold place shows the image as it is. */
const RAMP: readonly (readonly [number, number, number])[] = [[40, 60, 190], [20, 170, 160], [250, 220, 40], [
  220,
  30,
  20,
]];

/**
 * Lays heat maps over images: each map is brought to the images' size, bilinearly between the places' middles, and its
 * colour hides the image the more the hotter it is.
 *
 * @example
 * ```ts
 * import { overlayHeat } from "maskfold";
 * import { assertEquals } from "@std/assert";
 *
 * const heat = { values: Float32Array.of(0), size: [1, 1], classes: Int32Array.of(0) } as const;
 * const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6);
 * assertEquals(overlayHeat(pixels, heat, { size: [1, 2] }), pixels); // no heat, no change
 * ```
 *
 * @param pixels RGB 0..255, `[B, H, W, 3]`.
 * @param heat What `gradCam` found for them.
 * @param options The images' size.
 * @returns RGB 0..255, `[B, H, W, 3]`, for a sheet.
 * @throws {TypeError} If there are not as many pixels as the maps and the size say.
 * @throws {RangeError} If the strength is not 0 to 1.
 */
export function overlayHeat(
  pixels: Uint8Array,
  heat: HeatMaps,
  { size: [height, width], strength = 0.7 }: OverlayHeatOptions,
): Uint8Array {
  const [h, w] = heat.size, stride = height * width * 3, batch = heat.classes.length;
  if (!(strength >= 0 && strength <= 1)) {
    throw new RangeError(`Cannot lay heat over images as strength must be 0 to 1: current value is ${show(strength)}`);
  }
  if (pixels.length !== batch * stride) {
    throw new TypeError(
      `Cannot lay heat over images as ${batch} images of ${height} x ${width} have ${batch * stride} bytes: current ` +
        `number is ${pixels.length}`,
    );
  }
  const rows = placesOf(height, h), columns = placesOf(width, w), out = new Uint8Array(pixels.length);
  for (let b = 0; b < batch; b++) {
    const map = heat.values.subarray(b * h * w, (b + 1) * h * w);
    for (let y = 0; y < height; y++) {
      const { low: top, high: bottom, share: down } = rows[y]!;
      for (let x = 0; x < width; x++) {
        const { low: left, high: right, share: across } = columns[x]!;
        const above = map[top * w + left]! * (1 - across) + map[top * w + right]! * across;
        const below = map[bottom * w + left]! * (1 - across) + map[bottom * w + right]! * across;
        const value = above * (1 - down) + below * down, alpha = strength * value;
        const place = b * stride + (y * width + x) * 3;
        for (let c = 0; c < 3; c++) {
          out[place + c] = Math.round(pixels[place + c]! * (1 - alpha) + colour(value, c) * alpha);
        }
      }
    }
  }
  return out;
}

/** For each of `length` pixels the two of `count` places between whose middles its own lies, and how near the second. */
function placesOf(length: number, count: number) {
  return Array.from({ length }, (_, i) => {
    const at = Math.min(Math.max((i + 0.5) * count / length - 0.5, 0), count - 1), low = Math.floor(at);
    return { low, high: Math.min(low + 1, count - 1), share: at - low };
  });
}

function colour(value: number, channel: number): number {
  const at = value * (RAMP.length - 1), low = Math.min(Math.floor(at), RAMP.length - 2);
  return RAMP[low]![channel]! + (RAMP[low + 1]![channel]! - RAMP[low]![channel]!) * (at - low);
}
