"""Writes zoo/convnext.safetensors, of torchvision's ConvNeXt with four stages at small widths, and
zoo/convnext_tiny.json, the names and shapes of the whole network's tensors.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_convnext.py
"""
from torchvision.models.convnext import CNBlockConfig, ConvNeXt

import zoo_record
from zoo_counts import write_shapes

SETTING = [CNBlockConfig(6, 8, 2), CNBlockConfig(8, 12, 1), CNBlockConfig(12, 16, 2), CNBlockConfig(16, None, 1)]


def step(model, make, plain=zoo_record.step):
    """zoo_record's step, but that layer scales are spared by weight decay though torchvision has them as [D, 1, 1]."""

    def spared(groups):
        decayed, others = (group["params"] for group in groups)
        scales = [p for p in decayed if p.numel() == p.shape[0]]
        kept = [p for p in decayed if p.numel() != p.shape[0]]
        return make([{**groups[0], "params": kept}, {**groups[1], "params": others + scales}])

    return plain(model, spared)


if __name__ == "__main__":
    zoo_record.step = step
    zoo_record.record("convnext", ConvNeXt(SETTING, num_classes=zoo_record.CLASSES), 77)
    write_shapes("convnext_tiny")
