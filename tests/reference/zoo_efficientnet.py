"""Writes zoo/efficientnet.safetensors, of torchvision's EfficientNet with B0's seven stages at small widths, and
zoo/tf_efficientnet.safetensors, of the same network with TensorFlow's padding and epsilon, as timm's tf_ weights want.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_efficientnet.py
"""
import math

import torch
from torchvision.models.efficientnet import EfficientNet, MBConvConfig

from zoo_record import CLASSES, record

SETTING = [  # expansion, kernel, stride, channels in and out, blocks
    MBConvConfig(1, 3, 1, 8, 8, 1),
    MBConvConfig(6, 3, 2, 8, 8, 2),
    MBConvConfig(6, 5, 2, 8, 16, 1),
    MBConvConfig(6, 3, 2, 16, 16, 1),
    MBConvConfig(6, 5, 1, 16, 24, 1),
    MBConvConfig(6, 5, 2, 24, 24, 1),
    MBConvConfig(6, 3, 1, 24, 32, 1),
]


class SameConv2d(torch.nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: as many zeros as the last output needs, the smaller half before."""

    def forward(self, x):
        pads = []
        for size, kernel, stride in reversed(list(zip(x.shape[2:], self.kernel_size, self.stride))):
            total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        x = torch.nn.functional.pad(x, pads)
        return torch.nn.functional.conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def network():
    return EfficientNet(SETTING, dropout=0.0, stochastic_depth_prob=0.0, num_classes=CLASSES, last_channel=40)


if __name__ == "__main__":
    record("efficientnet", network(), 45)
    tensorflow = network()
    for module in tensorflow.modules():
        if type(module) is torch.nn.Conv2d:
            module.__class__ = SameConv2d
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 1e-3
    record("tf_efficientnet", tensorflow, 46)
