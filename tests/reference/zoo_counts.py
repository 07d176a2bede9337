"""Prints the parameters and multiplications of the zoo's networks with 1,000 classes, at their own image size, counted in
torchvision's networks: `about.parameters` and `about.gmacs` in src/models/families.

A multiplication with its addition counts once, in convolutions and linear layers alone. TensorFlow's padding changes
neither number, so that tf_efficientnet_* have those of efficientnet_*.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_counts.py [NAME ...]
"""
import json
import pathlib
import sys

import torch
from torchvision import models
from torchvision.models.efficientnet import EfficientNet, MBConvConfig
from torchvision.models.regnet import BlockParams, RegNet, ResBottleneckBlock


def regnety_008():
    """timm's widths, which are the paper's authors'; torchvision's regnet_y_800mf rounds two of them up. And timm's order, in which a
    block's shortcut comes last.
    """
    strides, groups, factors = [2] * 4, [16] * 4, [1.0] * 4
    model = RegNet(BlockParams([1, 3, 8, 2], [64, 128, 320, 768], groups, factors, strides, se_ratio=0.25))
    for module in model.modules():
        if isinstance(module, ResBottleneckBlock) and module.proj is not None:
            module._modules.move_to_end("proj")
    return model


def efficientnet_nano():
    setting = [
        MBConvConfig(1, 3, 1, 16, 16, 1),
        MBConvConfig(4, 3, 2, 16, 24, 2),
        MBConvConfig(4, 5, 2, 24, 40, 2),
        MBConvConfig(4, 3, 1, 40, 64, 2),
    ]
    return EfficientNet(setting, dropout=0.0, last_channel=256)


NETWORKS = {  # how to make it, and the side of its images
    "efficientnet_nano": (efficientnet_nano, 64),
    "efficientnet_b0": (models.efficientnet_b0, 224),
    "efficientnet_b1": (models.efficientnet_b1, 240),
    "efficientnet_b2": (models.efficientnet_b2, 260),
    "efficientnet_b3": (models.efficientnet_b3, 300),
    "efficientnet_b4": (models.efficientnet_b4, 380),
    "resnet18": (models.resnet18, 224),
    "resnet34": (models.resnet34, 224),
    "resnet50": (models.resnet50, 224),
    "resnet152": (models.resnet152, 224),
    "resnext50_32x4d": (models.resnext50_32x4d, 224),
    "regnety_008": (regnety_008, 224),
    "densenet121": (models.densenet121, 224),
    "mobilenetv3_large_100": (models.mobilenet_v3_large, 224),
    "convnext_tiny": (models.convnext_tiny, 224),
}


def multiplications(model, size):
    """Of one image, by hooks: each output takes as many as one row of the weights has."""
    total = 0

    def count(module, _, output):
        nonlocal total
        total += output.numel() * module.weight[0].numel()

    for module in model.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(count)
    with torch.no_grad():
        model.eval()(torch.zeros(1, 3, size, size))
    return total


def write_shapes(name):
    """Writes zoo/NAME.json: the shapes of the network's tensors by its own names, in its order, without norms' counters."""
    tensors = NETWORKS[name][0]().state_dict().items()
    shapes = {key: list(tensor.shape) for key, tensor in tensors if not key.endswith("num_batches_tracked")}
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(shape)}" for key, shape in shapes.items())
    (pathlib.Path(__file__).parent / "zoo" / f"{name}.json").write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    for name in sys.argv[1:] or NETWORKS:
        make, size = NETWORKS[name]
        model = make()
        parameters = sum(p.numel() for p in model.parameters())
        print(f"{name:20} {parameters:>11,} parameters {multiplications(model, size) / 1e9:7.3f} gmacs at {size}")
