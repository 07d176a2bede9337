"""Writes efficientnet.json: logits, gradients, running statistics and one Adam step of torchvision's EfficientNet with the
stages of efficientnet_nano, for weights and pixels made by a small generator that the tests have too.

Run with Debian's python3-torch and python3-torchvision: /usr/bin/python3 tests/reference/efficientnet.py
"""
import json
import pathlib

import torch
import torchvision
from torchvision.models.efficientnet import EfficientNet, MBConvConfig

from lcg import fill, uniform

CLASSES = 5
SIZE = 40
BATCH = 4


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
