/**
 * The zoo: every network by name, as its family defines it.
 *
 * @module
 */
import type { Architecture } from "./backbone.ts";
import { type EfficientNetName, EFFICIENTNETS } from "./families/efficientnet.ts";

/** Names of the networks. */
export type ModelName = EfficientNetName;

/** Every network, by timm's name where timm has it. */
export const ARCHITECTURES: Readonly<Record<ModelName, Architecture>> = { ...EFFICIENTNETS };
