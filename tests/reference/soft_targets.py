"""Writes soft_targets.json: loss and gradient of a step with soft targets by PyTorch, in double precision: cross entropy
with the labels, and the Kullback-Leibler divergence of the softened student from the softened teacher times the square of the
temperature, as Hinton et al., 2015, have them (https://arxiv.org/abs/1503.02531).

The teacher is given by its probabilities at temperature 1. An image without a label has the soft target alone. `entropy` is
what the divergence lacks of the cross entropy.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/soft_targets.py
"""
import json
import pathlib

import torch
from torch.nn import functional as F

from lcg import uniform

B, C = 9, 5


def tensor(count, seed, scale=1.0):
    return torch.from_numpy(uniform(count, seed) * scale).double()


TEACHER = tensor(B * C, 2, 5).reshape(B, C)
LABELS = torch.tensor([0, 1, 2, 4, -1, 1, 0, -1, 3])


def case(alpha, temperature):
    x = tensor(B * C, 1, 4).reshape(B, C).requires_grad_()
    share = torch.where(LABELS < 0, 1.0, alpha).double()
    hard = F.cross_entropy(x, LABELS.clamp(min=0), reduction="none")
    q = F.softmax(TEACHER / temperature, 1)
    soft = F.kl_div(F.log_softmax(x / temperature, 1), q, reduction="none").sum(1) * temperature**2
    loss = ((1 - share) * hard + share * soft).mean()
    loss.backward()
    entropy = (share * -(q * q.log()).sum(1) * temperature**2).mean()
    return {
        "alpha": alpha,
        "temperature": temperature,
        "loss": loss.item(),
        "entropy": entropy.item(),
        "gradient": x.grad.flatten().tolist(),
    }


def main():
    out = {
        "batch": B,
        "classes": C,
        "logits": tensor(B * C, 1, 4).tolist(),
        "teacher": F.softmax(TEACHER, 1).flatten().tolist(),
        "labels": LABELS.tolist(),
        "cases": [case(a, t) for a, t in [(0.5, 1.0), (0.7, 4.0), (0.0, 2.0), (1.0, 3.0), (0.3, 0.5)]],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(out) + "\n")


main()
