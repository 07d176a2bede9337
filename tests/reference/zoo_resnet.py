"""Writes zoo/resnet.safetensors, zoo/resnet_bottleneck.safetensors and zoo/resnext.safetensors, of torchvision's ResNet with
small widths, and zoo/resnet18.json and zoo/resnext50_32x4d.json, the names and shapes of whole networks' tensors.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_resnet.py
"""
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from zoo_counts import write_shapes
from zoo_record import CLASSES, record


class SmallResNet(ResNet):
    """torchvision's own stages, blocks and forward pass; only the numbers of channels are not its own."""

    def __init__(self, block, stem, planes, repeats, groups=1, base_width=64):
        nn.Module.__init__(self)
        self._norm_layer, self.dilation = nn.BatchNorm2d, 1
        self.inplanes, self.groups, self.base_width = stem, groups, base_width
        self.conv1 = nn.Conv2d(3, stem, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        for i, (channels, blocks) in enumerate(zip(planes, repeats)):
            setattr(self, f"layer{i + 1}", self._make_layer(block, channels, blocks, stride=1 if i == 0 else 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(planes[-1] * block.expansion, CLASSES)


if __name__ == "__main__":
    record("resnet", SmallResNet(BasicBlock, 8, [8, 12, 16, 20], [2, 2, 1, 1]), 53)
    record("resnet_bottleneck", SmallResNet(Bottleneck, 8, [4, 6, 8, 10], [2, 1, 2, 1]), 49)
    # Of groups of 2, 3, 4 and 5 channels.
    record("resnext", SmallResNet(Bottleneck, 8, [8, 12, 16, 20], [1, 2, 1, 1], groups=4, base_width=16), 51)
    write_shapes("resnet18")
    write_shapes("resnext50_32x4d")
