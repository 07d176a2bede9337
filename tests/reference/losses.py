"""Writes losses.json: values and gradients of the losses by PyTorch, in double precision, after its own functions where it
has them, and else after the papers' formulas or their authors' programs, in the form that these have for hard labels.

A case has the gradient of the sum of the values, each times its entry of `upstream`; where a loss belongs to the batch, its
one value and that value's gradient.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/losses.py
"""
import json
import pathlib

import torch
from torch.nn import functional as F

from lcg import uniform

B, C = 7, 5
COUNTS = [500, 120, 40, 13, 2]
EPOCHS = 10


def tensor(count, seed, scale=1.0):
    return torch.from_numpy(uniform(count, seed) * scale).double()


LOGITS = tensor(B * C, 1, 4).reshape(B, C)
LABELS = torch.tensor([0, 1, 2, 4, 0, 1, 0])  # class 3 has no target
HARD = F.one_hot(LABELS, C).double()
SHARE = tensor(B, 2).abs().reshape(B, 1)
SOFT = (SHARE * HARD + (1 - SHARE) * HARD.roll(1, 0)).float().double()  # a batch mixed with itself
UPSTREAM = tensor(B, 3)
COUNT = torch.tensor(COUNTS).double()


def class_weights(rule, beta=0.999):
    if isinstance(rule, list):
        weights = torch.tensor(rule).double()
    else:
        weights = {
            "inverse": COUNT.sum() / COUNT,
            "oneMinusShare": 1 - COUNT / COUNT.sum(),
            "effectiveNumber": (1 - beta) / (1 - beta**COUNT),
        }[rule]
    return weights / weights.sum() * C


def weighted_cross_entropy(x, hard, weights, labelSmoothing=0, beta=0.999):
    weights = class_weights(weights, beta)
    if hard and labelSmoothing == 0:
        return F.cross_entropy(x, LABELS, weight=weights, reduction="none")
    targets = HARD if hard else SOFT
    plain = F.cross_entropy(x, targets, label_smoothing=labelSmoothing, reduction="none")
    return (targets * weights).sum(1) * plain


def cross_entropy(x, hard, labelSmoothing=0):
    return F.cross_entropy(x, LABELS if hard else SOFT, label_smoothing=labelSmoothing, reduction="none")


def focal(x, hard, gamma=2, weights=None, beta=0.999):
    targets = HARD if hard else SOFT
    if hard:
        p = torch.exp(-F.cross_entropy(x, LABELS, reduction="none"))
        loss = -((1 - p) ** gamma) * torch.log(p)
    else:
        p = F.softmax(x, 1)
        loss = -(SOFT * (1 - p) ** gamma * torch.log(p)).sum(1)
    return loss if weights is None else loss * (targets * class_weights(weights, beta)).sum(1)


def ldam(x, hard, margin=0.5, scale=30, deferredFrom=None, beta=0.9999, epoch=1):
    margins = 1 / COUNT.sqrt().sqrt()
    margins = margins * (margin / margins.max())
    late = deferredFrom is not None and epoch - 1 >= round(deferredFrom * EPOCHS)
    weights = class_weights("effectiveNumber", beta) if late else torch.ones(C).double()
    if hard:  # as in the authors' program
        apart = torch.where(HARD.bool(), x - margins, x)
        return F.cross_entropy(scale * apart, LABELS, weight=weights, reduction="none")
    return (SOFT * weights).sum(1) * F.cross_entropy(scale * (x - SOFT * margins), SOFT, reduction="none")


def macro_f1(x, hard):
    targets, p = HARD if hard else SOFT, F.softmax(x, 1)
    present = targets.sum(0) > 0
    targets, p = targets[:, present], p[:, present]
    hits, false, missed = (targets * p).sum(0), ((1 - targets) * p).sum(0), (targets * (1 - p)).sum(0)
    precision, recall = hits / (hits + false), hits / (hits + missed)
    return 1 - (2 * precision * recall / (precision + recall)).mean()


def asymmetric(x, hard, gammaPositive=0, gammaNegative=4, clip=0.05):
    if gammaPositive == gammaNegative == clip == 0:
        return F.binary_cross_entropy_with_logits(x, HARD if hard else SOFT, reduction="none").sum(1)
    p = torch.sigmoid(x)
    other = (1 - p + clip).clamp(max=1)
    if hard:  # as in the authors' program
        own = p * HARD + other * (1 - HARD)
        scale = (1 - own) ** (gammaPositive * HARD + gammaNegative * (1 - HARD))
        return -(scale * (HARD * torch.log(p) + (1 - HARD) * torch.log(other))).sum(1)
    positive = -((1 - p) ** gammaPositive) * torch.log(p)
    negative = -((1 - other) ** gammaNegative) * torch.log(other)
    return (SOFT * positive + (1 - SOFT) * negative).sum(1)


def half_focal_half_f1(x, hard):
    return 0.5 * focal(x, hard, 2).mean() + 0.5 * macro_f1(x, hard)


def case(name, loss, hard, options={}, epoch=1, spec=None):
    x = LOGITS.clone().requires_grad_()
    extra = {"epoch": epoch} if name == "ldam" else {}
    values = loss(x, hard, **options, **extra)
    (values if values.dim() == 0 else (values * UPSTREAM).sum()).backward()
    return {
        "loss": {"name": name, **(spec or options)},
        "targets": "hard" if hard else "soft",
        "epoch": epoch,
        **({"mean": values.item()} if values.dim() == 0 else {"values": values.tolist()}),
        "gradient": x.grad.flatten().tolist(),
    }


LIST = [1, 2, 0.5, 4, 0]
HALVES = {"parts": [{"weight": 0.5, "loss": {"name": name}} for name in ("focal", "macroF1")]}
cases = []
for hard in (True, False):
    for smoothing in (0, 0.1):
        cases.append(case("crossEntropy", cross_entropy, hard, {"labelSmoothing": smoothing}))
        for weights in ("inverse", "oneMinusShare", "effectiveNumber", LIST):
            options = {"weights": weights, "labelSmoothing": smoothing}
            cases.append(case("weightedCrossEntropy", weighted_cross_entropy, hard, options))
    for gamma in (0.5, 1, 2, 3.7):
        cases.append(case("focal", focal, hard, {"gamma": gamma}))
    cases.append(case("focal", focal, hard, {"gamma": 1, "weights": "effectiveNumber", "beta": 0.99}))
    cases.append(case("focal", focal, hard, {"gamma": 2, "weights": LIST}))
    cases.append(case("ldam", ldam, hard))
    cases.append(case("ldam", ldam, hard, {"margin": 2, "scale": 1}))
    for epoch in (7, 8):  # with 10 epochs, 0.7 of them lie behind from the eighth on
        cases.append(case("ldam", ldam, hard, {"scale": 3, "deferredFrom": 0.7}, epoch))
    cases.append(case("macroF1", macro_f1, hard, spec={"epsilon": 0}))
    cases.append(case("asymmetric", asymmetric, hard))
    for positive, negative, clip in ((0, 0, 0), (1, 4, 0), (0.5, 0.5, 0), (2, 1, 0.2), (1, 2.5, 0.01)):
        options = {"gammaPositive": positive, "gammaNegative": negative, "clip": clip}
        cases.append(case("asymmetric", asymmetric, hard, options))
    cases.append(case("sum", half_focal_half_f1, hard, spec=HALVES))

regressions = []
value, wanted = tensor(B, 4, 40), tensor(B, 5, 40)
wanted[0] = value[0]
for name, loss, options in (
    ("mse", F.mse_loss, {}),
    ("huber", F.huber_loss, {"delta": 1.0}),
    ("huber", F.huber_loss, {"delta": 30.0}),
):
    x = value.clone().requires_grad_()
    values = loss(x, wanted, reduction="none", **options)
    (values * UPSTREAM).sum().backward()
    regressions.append({"loss": {"name": name, **options}, "values": values.tolist(), "gradient": x.grad.tolist()})

inverse = class_weights("inverse")
result = {
    "made_with": {"torch": torch.__version__},
    "counts": COUNTS,
    "epochs": EPOCHS,
    "logits": LOGITS.tolist(),
    "hard": HARD.tolist(),
    "soft": SOFT.tolist(),
    "upstream": UPSTREAM.tolist(),
    "cases": cases,
    "weighted_mean": {
        "loss": F.cross_entropy(LOGITS, LABELS, weight=inverse).item(),
        "weight": inverse[LABELS].mean().item(),
    },
    "value": value.tolist(),
    "wanted": wanted.tolist(),
    "regressions": regressions,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result, allow_nan=False) + "\n")
print(path, path.stat().st_size, "bytes,", len(cases), "cases")
