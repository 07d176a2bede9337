/**
 * What the page and its worker tell each other.
 *
 * @module
 */
import type { PageModel } from "../page_model.ts";

/** A picture to be classified. */
export interface Question {
  /** Its number; answers come in order. */
  readonly id: number;
  /** A file, or a camera's frame. */
  readonly picture: Blob | ImageBitmap;
  /** Whether it is wanted where the network sees the class. */
  readonly heat: boolean;
}

/** Where the network sees the class. */
export interface Heat {
  /** The part of the picture that the network sees, with the heat on it: RGBA. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Its height and width in pixels. */
  readonly size: readonly [height: number, width: number];
}

/** A part of a picture, as shares of its height and width; where the picture is smaller, it reaches beyond 0..1. */
export interface Seen {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** What the worker says. */
export type Answer =
  | { readonly kind: "loading"; readonly share: number }
  | { readonly kind: "ready"; readonly model: PageModel; readonly milliseconds: number }
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "refused"; readonly id: number; readonly message: string }
  | {
    readonly kind: "classified";
    readonly id: number;
    /** By class, 0..1. */
    readonly probabilities: Float32Array;
    /** The part of the picture that the network sees. */
    readonly seen: Seen;
    readonly heat: Heat | null;
    readonly milliseconds: number;
  };
