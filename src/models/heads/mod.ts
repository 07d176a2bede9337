/**
 * Heads: what turns a backbone's features into class scores, by name.
 *
 * @module
 */
import { z } from "zod";
import { type Part, part, type SpecOf } from "../../core/parts.ts";
import { arcFace, type ArcFaceHeadOptions } from "./arc_face.ts";
import { attributes, type AttributesHeadOptions, multiTask, type MultiTaskHeadOptions } from "./attributes.ts";
import type { HeadMaker } from "./head.ts";
import {
  hidden,
  type HiddenHeadOptions,
  multiSample,
  type MultiSampleHeadOptions,
  plain,
  type PlainHeadOptions,
} from "./linear.ts";

export type { ArcFaceHeadOptions } from "./arc_face.ts";
export type { AttributesHeadOptions, MultiTaskHeadOptions } from "./attributes.ts";
export type { Head, HeadMaker, HeadSizes } from "./head.ts";
export type { HiddenHeadOptions, MultiSampleHeadOptions, PlainHeadOptions } from "./linear.ts";

const rate = z.number().min(0).lt(1);
const dropout = rate.default(0.2).describe("Share of the features set to zero in training.");

/** Every head, by the name used in configs. */
export const HEADS: {
  readonly plain: Part<PlainHeadOptions, HeadMaker>;
  readonly hidden: Part<HiddenHeadOptions, HeadMaker>;
  readonly multiSample: Part<MultiSampleHeadOptions, HeadMaker>;
  readonly attributes: Part<AttributesHeadOptions, HeadMaker>;
  readonly multiTask: Part<MultiTaskHeadOptions, HeadMaker>;
  readonly arcFace: Part<ArcFaceHeadOptions, HeadMaker>;
} = {
  plain: part(z.strictObject({ dropout }).describe("Dropout and one linear layer."), plain),
  hidden: part(
    z.strictObject({
      units: z.int().min(1).default(512).describe("Units of the hidden layer."),
      dropout: rate.default(0.7).describe("Share of the hidden units set to zero in training."),
    }).describe("A hidden layer with ReLU and dropout before the linear one."),
    hidden,
  ),
  multiSample: part(
    z.strictObject({
      samples: z.int().min(1).default(5).describe(
        "Dropout masks drawn for each image; the loss is averaged over them.",
      ),
      dropout: rate.default(0.5).describe("Share of the features that each mask sets to zero."),
    }).describe("One linear layer under several dropout masks at once (Inoue, 2019)."),
    multiSample,
  ),
  attributes: part(
    z.strictObject({ dropout }).describe("A linear layer for each attribute, combined into classes by product."),
    attributes,
  ),
  multiTask: part(
    z.strictObject({
      by: z.enum(["classes", "attributes"]).default("classes").describe(
        "What the classes' scores come from: one linear layer, or one for each attribute, combined by product.",
      ),
      attribute: z.string().min(1).default("age").describe("The attribute whose number is learned beside the class."),
      weight: z.number().min(0).default(0.001).describe("Factor on that number's loss."),
      dropout,
    }).describe("The classes, and beside them a number such as the age."),
    multiTask,
  ),
  arcFace: part(
    z.strictObject({
      scale: z.number().positive().default(30).describe("Factor on the cosines."),
      margin: z.number().min(0).lt(Math.PI / 2).default(0.5).describe(
        "Angle between own and other classes, in radians.",
      ),
      dropout: rate.default(0).describe("Share of the features set to zero in training."),
    }).describe("Cosines to each class's direction, with a margin in angle (Deng et al., 2019)."),
    arcFace,
  ),
};

/** A head's name and options. */
export type HeadSpec = SpecOf<typeof HEADS>;
