/**
 * How large a picture becomes and which part of it is kept: the arithmetic of torchvision's Resize and CenterCrop.
 * https://pytorch.org/vision/stable/transforms.html
 *
 * @module
 */
import { checkInteger, show } from "../core/check.ts";
import type { Size } from "../core/records.ts";
import type { Interpolation, Window } from "./resample.ts";

/** What is done to a picture once it is decoded. */
export interface ImageOptions {
  /**
   * The size it is resized to: a number is the length of the shorter side, the other follows (rounded down); a pair is
   * taken as it is. Without it the picture keeps its size.
   */
  readonly resize?: number | Size;
  /**
   * The part kept from the middle afterwards: a number is both sides. Where the picture is smaller, black is added.
   * Without it all is kept.
   */
  readonly crop?: number | Size;
  /** Which filter resizes; bilinear unless given. */
  readonly interpolation?: Interpolation;
}

/** Where a picture's pixels come to lie. */
export interface Placement {
  /** The size that the picture is resized to. */
  readonly resized: Size;
  /** The part of the resized picture that is kept. */
  readonly window: Window;
  /** The finished size. */
  readonly size: Size;
  /** Row and column of the finished picture at which the window begins; all outside it is black. */
  readonly offset: readonly [top: number, left: number];
}

/**
 * Checks options for pictures.
 *
 * @param attempt What cannot be done otherwise, for messages.
 * @throws {RangeError} If a side is no whole number of at least 1, or the interpolation is unknown.
 */
export function checkImageOptions(attempt: string, { resize, crop, interpolation }: ImageOptions): void {
  for (const [name, sides] of [["resize", resize], ["crop", crop]] as const) {
    for (const side of sides === undefined ? [] : [sides].flat()) checkInteger(attempt, name, side, { min: 1 });
    if (typeof sides === "object" && sides.length !== 2) {
      throw new RangeError(`Cannot ${attempt} as ${name} must be a number or [height, width]: ${show(sides)}`);
    }
  }
  if (interpolation !== undefined && interpolation !== "bilinear" && interpolation !== "bicubic") {
    throw new RangeError(
      `Cannot ${attempt} as interpolation must be one of "bilinear", "bicubic": current value is ${
        show(interpolation)
      }`,
    );
  }
}

/**
 * Where the pixels of a picture of some size come to lie.
 *
 * @param size The decoded picture's size.
 * @param options Resizing and cropping.
 */
export function placeImage([height, width]: Size, { resize, crop }: ImageOptions): Placement {
  const resized = resizedSize([height, width], resize);
  const size = crop === undefined ? resized : pairOf(crop);
  const [top, left] = [placeSide(resized[0], size[0]), placeSide(resized[1], size[1])];
  return {
    resized,
    window: { top: top.from, left: left.from, height: top.length, width: left.length },
    size,
    offset: [top.offset, left.offset],
  };
}

/** A crop's or target's sides. */
export function pairOf(sides: number | Size): Size {
  return typeof sides === "number" ? [sides, sides] : sides;
}

function resizedSize([height, width]: Size, resize: ImageOptions["resize"]): Size {
  if (resize === undefined) return [height, width];
  if (typeof resize !== "number") return resize;
  const long = Math.trunc(resize * Math.max(height, width) / Math.min(height, width));
  return width <= height ? [long, resize] : [resize, long];
}

/** Which pixels of a side are kept, and where they are put. */
function placeSide(length: number, target: number): { from: number; length: number; offset: number } {
  if (target > length) return { from: 0, length, offset: Math.floor((target - length) / 2) };
  return { from: roundHalfEven((length - target) / 2), length: target, offset: 0 };
}

/** Python's rounding, by which torchvision finds a crop's corner. */
function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
