"""Writes zoo/convnext.safetensors, of torchvision's ConvNeXt with four stages at small widths, and
zoo/convnext_tiny.json, the names and shapes of the whole network's tensors.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_convnext.py
"""
from torchvision.models.convnext import CNBlockConfig, ConvNeXt

import zoo_record
from zoo_counts import write_shapes

SETTING = [CNBlockConfig(6, 8, 2), CNBlockConfig(8, 12, 1), CNBlockConfig(12, 16, 2), CNBlockConfig(16, None, 1)]


if __name__ == "__main__":
    zoo_record.record("convnext", ConvNeXt(SETTING, num_classes=zoo_record.CLASSES), 77)
    write_shapes("convnext_tiny")
