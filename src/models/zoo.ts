/**
 * The zoo: every network by name, as its family defines it.
 *
 * @module
 */
import type { Architecture } from "./backbone.ts";
import { type ConvNeXtName, CONVNEXTS } from "./families/convnext.ts";
import { type DenseNetName, DENSENETS } from "./families/densenet.ts";
import { type EfficientNetName, EFFICIENTNETS } from "./families/efficientnet.ts";
import { type MobileNetV3Name, MOBILENETV3S } from "./families/mobilenetv3.ts";
import { type RegNetName, REGNETS } from "./families/regnet.ts";
import { type ResNetName, RESNETS } from "./families/resnet.ts";

/** Names of the networks. */
export type ModelName = EfficientNetName | DenseNetName | MobileNetV3Name | ConvNeXtName | ResNetName | RegNetName;

/** Every network, by timm's name where timm has it. */
export const ARCHITECTURES: Readonly<Record<ModelName, Architecture>> = {
  ...EFFICIENTNETS,
  ...DENSENETS,
  ...MOBILENETV3S,
  ...CONVNEXTS,
  ...RESNETS,
  ...REGNETS,
};
