"""Writes zoo/densenet.safetensors, of torchvision's DenseNet with three blocks at small widths, and zoo/densenet121.json, the
names and shapes of the whole network's tensors.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/zoo_densenet.py
"""
from torchvision.models.densenet import DenseNet

from zoo_counts import write_shapes
from zoo_record import CLASSES, record

if __name__ == "__main__":
    # Of small images, as a scale right after the stem has hardly a gradient (the norms that follow undo it), and the sums that
    # make it up lose more digits the more pixels there are.
    shape = {"growth_rate": 4, "block_config": (2, 3, 2), "num_init_features": 6, "bn_size": 3}
    record("densenet", DenseNet(**shape, num_classes=CLASSES), 33)
    write_shapes("densenet121")
