/** The widths of the small networks in tests/reference/zoo_*.py that more than one test builds. @module */
import type { DenseNetShape } from "../../src/models/families/densenet.ts";
import type { MobileNetV3Shape } from "../../src/models/families/mobilenetv3.ts";

/** Of zoo_densenet.py. */
export const SMALL_DENSENET: DenseNetShape = { stem: 6, growth: 4, bottleneck: 3, blocks: [2, 3, 2] };

/** Of zoo_mobilenetv3.py. */
export const SMALL_MOBILENETV3: MobileNetV3Shape = {
  stem: 8,
  stages: [
    [[3, 1, 8, 0, 8, "relu"]],
    [[3, 2, 16, 0, 8, "relu"], [3, 1, 24, 0, 8, "relu"]],
    [[5, 2, 24, 8, 16, "relu"], [5, 1, 32, 8, 16, "relu"], [5, 1, 32, 8, 16, "relu"]],
    [
      [3, 2, 40, 0, 16, "hardSwish"],
      [3, 1, 32, 0, 16, "hardSwish"],
      [3, 1, 24, 0, 16, "hardSwish"],
      [3, 1, 24, 0, 16, "hardSwish"],
    ],
    [[3, 1, 48, 16, 24, "hardSwish"], [3, 1, 56, 16, 24, "hardSwish"]],
    [[5, 2, 56, 16, 24, "hardSwish"], [5, 1, 64, 16, 24, "hardSwish"], [5, 1, 64, 16, 24, "hardSwish"]],
  ],
  last: 144,
  features: 40,
};
