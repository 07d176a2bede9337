"""Writes efficientnet.json: logits, gradients, running statistics and one Adam step of torchvision's EfficientNet with the
stages of efficientnet_nano, for weights and pixels made by a small generator that the tests have too.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/efficientnet.py
"""
import json
import pathlib

import numpy as np
import torch
import torchvision
from torchvision.models.efficientnet import EfficientNet, MBConvConfig

CLASSES = 5
SIZE = 40
BATCH = 4


def uniform(count, seed):
    """count numbers in -1..1: the 32-bit linear congruential generator of Numerical Recipes, by its upper 24 bits."""
    values = np.empty(count, np.float64)
    state = seed
    for i in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        values[i] = (state >> 8) / (1 << 23) - 1
    return values.astype(np.float32)


def fill(model):
    """Weights of variance 1 / fan-in, so that signals keep their size; norms near 1 and 0."""
    for k, (name, tensor) in enumerate(list(model.named_parameters())):
        values = uniform(tensor.numel(), k + 1)
        if tensor.dim() > 1:
            values *= np.float32(np.sqrt(3.0 / tensor[0].numel()))
        elif name.endswith("weight"):
            values = np.float32(1) + np.float32(0.2) * values
        else:
            values *= np.float32(0.1)
        tensor.data = torch.from_numpy(values).reshape(tensor.shape)


def sample(tensor):
    """Sum, sum of absolute values, and eight entries spread over a tensor in PyTorch's layout."""
    flat = tensor.detach().double().flatten()
    picked = [flat[i * (flat.numel() - 1) // 7].item() for i in range(8)]
    return {"sum": flat.sum().item(), "absolute": flat.abs().sum().item(), "entries": picked}


setting = [  # expansion, kernel, stride, channels in and out, blocks
    MBConvConfig(1, 3, 1, 16, 16, 1),
    MBConvConfig(4, 3, 2, 16, 24, 2),
    MBConvConfig(4, 5, 2, 24, 40, 2),
    MBConvConfig(4, 3, 1, 40, 64, 2),
]
model = EfficientNet(setting, dropout=0.0, stochastic_depth_prob=0.0, num_classes=CLASSES, last_channel=256)
fill(model)
pixels = torch.from_numpy(uniform(BATCH * 3 * SIZE * SIZE, 999)).reshape(BATCH, 3, SIZE, SIZE)
labels = torch.arange(BATCH) % CLASSES

model.train()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
logits = model(pixels)
loss = torch.nn.functional.cross_entropy(logits, labels)
loss.backward()
gradients = [sample(p.grad) for p in model.parameters()]
running = [sample(b) for name, b in model.named_buffers() if not name.endswith("num_batches_tracked")]
model.eval()
after = model(pixels)
optimizer.step()
stepped = [sample(p) for p in model.parameters()]

result = {
    "made_with": {"torch": torch.__version__, "torchvision": torchvision.__version__},
    "train_logits": logits.flatten().tolist(),
    "loss": loss.item(),
    "gradients": gradients,
    "running": running,
    "stepped": stepped,
    "eval_logits": after.flatten().tolist(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result) + "\n")
print(path, path.stat().st_size, sum(p.numel() for p in model.parameters()), "parameters")
