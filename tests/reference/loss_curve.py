"""Writes loss_curve.json: the losses of 20 training steps, on four batches in turn, of torchvision's EfficientNet-B0 without
dropout and stochastic depth, by Adam, for weights and batches made by a small generator that the tests have too.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/loss_curve.py
"""
import json
import pathlib

import torch
import torchvision
from torchvision.models.efficientnet import EfficientNet, _efficientnet_conf

from lcg import fill, uniform

CLASSES, SIZE, BATCH, BATCHES, STEPS, LR = 18, 64, 4, 4, 20, 1e-4


def losses(dtype):
    setting, last = _efficientnet_conf("efficientnet_b0", width_mult=1.0, depth_mult=1.0)
    model = EfficientNet(setting, dropout=0.0, stochastic_depth_prob=0.0, num_classes=CLASSES, last_channel=last)
    fill(model)
    model.to(dtype).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=LR)
    found = []
    for step in range(STEPS):
        turn = step % BATCHES
        pixels = torch.from_numpy(uniform(BATCH * 3 * SIZE * SIZE, 1000 + turn)).reshape(BATCH, 3, SIZE, SIZE)
        labels = torch.arange(BATCH) + turn * BATCH
        loss = torch.nn.functional.cross_entropy(model(pixels.to(dtype)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


single, double = losses(torch.float32), losses(torch.float64)
result = {
    "made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    "classes": CLASSES,
    "size": SIZE,
    "batch": BATCH,
    "batches": BATCHES,
    "lr": LR,
    "losses": single,
    # How far rounding alone carries the float32 losses from these says how close another float32 program can come.
    "losses_in_double": double,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result) + "\n")
worst = max(abs(a - b) / b for a, b in zip(single, double))
print(path, path.stat().st_size, [round(x, 4) for x in single], "float32 against float64:", worst)
