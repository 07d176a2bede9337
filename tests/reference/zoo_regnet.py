"""Writes zoo/regnet.safetensors, of torchvision's RegNetY with four stages at small widths, and zoo/regnety_008.json, the
names and shapes of the tensors of a whole network of timm's widths.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_regnet.py
"""
from torchvision.models.regnet import BlockParams, RegNet

from zoo_counts import write_shapes
from zoo_record import CLASSES, record

DEPTHS, WIDTHS, GROUP_WIDTHS = [1, 2, 2, 1], [8, 12, 24, 30], [4, 4, 8, 15]  # 2, 3, 3 and 2 groups

if __name__ == "__main__":
    parameters = BlockParams(DEPTHS, WIDTHS, GROUP_WIDTHS, [1.0] * 4, [2] * 4, se_ratio=0.25)
    record("regnet", RegNet(parameters, num_classes=CLASSES, stem_width=8), 55)
    write_shapes("regnety_008")
