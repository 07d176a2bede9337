"""Writes heads.json: ArcFace's and multi-sample dropout's losses and gradients by PyTorch, from the papers' formulas.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/heads.py
"""
import json
import math
import pathlib

import torch
from torch.nn import functional as F

from lcg import uniform

B, D, C = 6, 7, 4
SCALE, MARGIN = 30.0, 0.5


def tensor(shape, seed):
    return torch.from_numpy(uniform(math.prod(shape), seed)).double().reshape(shape).requires_grad_()


features, weight = tensor((B, D), 1), tensor((C, D), 2)
targets = torch.from_numpy(uniform(B * C, 3)).double().reshape(B, C).abs()
targets[:3] = torch.eye(C)[:3].double()
with torch.no_grad():
    features[0] = -weight[0] + 0.01 * features[0]  # nearly opposite to its class: beyond pi - margin
targets = targets / targets.sum(1, keepdim=True)
cosine = F.linear(F.normalize(features), F.normalize(weight))
angle = torch.acos(cosine)
own = torch.where(angle < math.pi - MARGIN, torch.cos(angle + MARGIN), cosine - math.sin(math.pi - MARGIN) * MARGIN)
logits = SCALE * (cosine + targets * (own - cosine))
loss = -(targets * F.log_softmax(logits, 1)).sum(1)
loss.mean().backward()
result = {
    "made_with": {"torch": torch.__version__},
    "targets": targets.flatten().tolist(),
    "features": features.detach().flatten().tolist(),
    "cosines": (SCALE * cosine).flatten().tolist(),
    "logits": logits.flatten().tolist(),
    "loss": loss.tolist(),
    "feature_gradient": features.grad.flatten().tolist(),
    "weight_gradient": weight.grad.flatten().tolist(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result) + "\n")
print(path, path.stat().st_size, "bytes")
