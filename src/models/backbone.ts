/**
 * What a family of networks gives: the backbone, and what the world should know about its members.
 *
 * @module
 */
import type { Tensor2D, Tensor4D } from "../tensor/types.ts";
import type { Fan, Initialiser, Start } from "./initialisers.ts";
import type { Layers } from "./layers.ts";
import type { ForwardOptions } from "./model.ts";

/** A network without its classifier. */
export interface Backbone {
  /** D, the number of features. */
  readonly features: number;
  /** Normalised pixels `[B, H, W, 3]` to the last feature maps `[B, H', W', D']`. */
  maps(x: Tensor4D, options: ForwardOptions): Tensor4D;
  /** Feature maps to what the head reads, `[B, D]`. */
  pool(maps: Tensor4D, options: ForwardOptions): Tensor2D;
}

/** Published weights of a network, and how they want their images. */
export interface WeightSet {
  /** Repository on the hub. */
  readonly hub: string;
  /** Side of the images in pixels that it is evaluated at. */
  readonly size: number;
  /** Share of the resized image's side that the centre crop keeps in evaluation. */
  readonly crop: number;
  /** How images are resized. */
  readonly interpolation: "bilinear" | "bicubic";
  /** Mean per channel where it is not ImageNet's. */
  readonly mean?: readonly [number, number, number];
  /** Deviation per channel where it is not ImageNet's. */
  readonly std?: readonly [number, number, number];
  /** Share of ImageNet's validation images classified right, in percent, as published at `source`. */
  readonly top1?: number;
  /** Where the accuracy is published. */
  readonly source?: string;
  /** Licence of the weights, as the repository states it. */
  readonly licence: string;
}

/** What the world should know about a network. */
export interface Description {
  /** The paper that it follows. */
  readonly paper: string;
  /** Trained parameters with 1,000 classes. */
  readonly parameters: number;
  /** Multiplications and additions of one image at the size below, in 10^9, with 1,000 classes. */
  readonly gmacs: number;
  /** Side of its images in pixels. */
  readonly size: number;
  /** Published weights, the recommended first. */
  readonly weights: readonly WeightSet[];
}

/** A network as its family's file defines it. */
export interface Architecture {
  /** What the world should know about it. */
  readonly about: Description;
  /** The layer that the head stands for: `classifier`, `fc`, `head.fc`. */
  readonly head: string;
  /** Share of images whose branch the last block drops in training, by default; without it there is nothing to drop. */
  readonly dropPath?: number;
  /** How its weights start unless a config says otherwise. */
  readonly initialiser: Initialiser;
  /** How those of depthwise convolutions start, by kernel, where it differs. */
  readonly depthwise?: (kernel: number) => Start;
  /** How those of linear layers start, where it differs from PyTorch's. */
  readonly linear?: (fan: Fan) => Start;
  /** Added to variances in batch norms; 1e-5 unless given. */
  readonly epsilon?: number;
  /** Whether convolutions pad as TensorFlow's SAME does. */
  readonly same?: boolean;
  /** Makes its layers. */
  readonly build: (layers: Layers, options: { readonly dropPath: number }) => Backbone;
  /** Our name of a tensor in torchvision's file; undefined for one that is not known. Without it the names are ours. */
  readonly fromTorchvision?: (name: string) => string | undefined;
}
