"""Writes zoo/mobilenetv3.safetensors, of torchvision's MobileNetV3 with Large's 15 blocks at small widths, whose batch norms
work as timm's do: epsilon 1e-5 and momentum 0.1 in place of torchvision's 1e-3 and 0.01; and
zoo/mobilenetv3_large_100.json, the names and shapes of the whole network's tensors.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_mobilenetv3.py
"""
from functools import partial

import torch
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3

from zoo_counts import write_shapes
from zoo_record import CLASSES, record

block = partial(InvertedResidualConfig, dilation=1, width_mult=1)
SETTING = [  # channels in, kernel, channels within and out, squeeze and excitation, activation, stride
    block(8, 3, 8, 8, False, "RE", 1),
    block(8, 3, 16, 8, False, "RE", 2),
    block(8, 3, 24, 8, False, "RE", 1),
    block(8, 5, 24, 16, True, "RE", 2),
    block(16, 5, 32, 16, True, "RE", 1),
    block(16, 5, 32, 16, True, "RE", 1),
    block(16, 3, 40, 16, False, "HS", 2),
    block(16, 3, 32, 16, False, "HS", 1),
    block(16, 3, 24, 16, False, "HS", 1),
    block(16, 3, 24, 16, False, "HS", 1),
    block(16, 3, 48, 24, True, "HS", 1),
    block(24, 3, 56, 24, True, "HS", 1),
    block(24, 5, 56, 24, True, "HS", 2),
    block(24, 5, 64, 24, True, "HS", 1),
    block(24, 5, 64, 24, True, "HS", 1),
]

if __name__ == "__main__":
    norm = partial(torch.nn.BatchNorm2d, eps=1e-5, momentum=0.1)
    record("mobilenetv3", MobileNetV3(SETTING, 40, num_classes=CLASSES, norm_layer=norm, dropout=0.0), 75)
    write_shapes("mobilenetv3_large_100")
