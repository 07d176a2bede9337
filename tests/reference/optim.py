"""Writes optim.json: where PyTorch's optimizers go in twenty steps, its learning rates over fifty epochs, and gradients that
it clipped. Lion and MADGRAD, which PyTorch lacks, are written out here from the papers. All in double precision.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/optim.py
"""
import json
import pathlib

import numpy as np
import torch
from torch.optim import lr_scheduler

from lcg import uniform

STEPS, EPOCHS, STEPS_PER_EPOCH = 20, 50, 4
# Name, shape, and factor on the learning rate.
PARAMS = [("weight", (5, 3), 1.0), ("bias", (7,), 1.0), ("slow", (3, 2), 0.1), ("slowBias", (4,), 0.1)]
# How steep the quadratic is around zero, and how large the random part of the gradient.
PROBLEMS = {"quadratic": (3.0, 0.0), "noise": (0.0, 1.0), "both": (1.0, 0.5)}


def doubles(shape, seed):
    return torch.from_numpy(uniform(int(np.prod(shape)), seed)).double().reshape(shape)


def starts():
    return {name: doubles(shape, 100 + k) for k, (name, shape, _) in enumerate(PARAMS)}


def gradient(value, k, step, problem):
    """curvature * w, the curvatures spread over 0..1, and uniform noise of its own for each step."""
    slope, noise = PROBLEMS[problem]
    steep = doubles(value.shape, 200 + k).abs()
    return slope * steep * value + noise * doubles(value.shape, 1000 * step + k)


def lr_at(lr, step):
    return lr * 0.97 ** (step - 1)


def decay_of(shape, options):
    return options.get("weightDecay", 0) if len(shape) > 1 or options.get("decayVectors") else 0


def by_torch(make):
    def run(problem, lr, options):
        params = {name: torch.nn.Parameter(value) for name, value in starts().items()}
        groups = [
            {"params": [params[name]], "weight_decay": decay_of(shape, options), "rate": rate}
            for name, shape, rate in PARAMS
        ]
        optimizer = make(groups)
        for step in range(1, STEPS + 1):
            for k, param in enumerate(params.values()):
                param.grad = gradient(param.detach(), k, step, problem)
            for group in optimizer.param_groups:
                group["lr"] = lr_at(lr, step) * group["rate"]
            optimizer.step()
        return {name: param.detach() for name, param in params.items()}

    return run


def by_hand(rule):
    def run(problem, lr, options):
        values = starts()
        for k, (name, shape, rate) in enumerate(PARAMS):
            state = {"start": values[name].clone()}
            for step in range(1, STEPS + 1):
                slope = gradient(values[name], k, step, problem)
                decay = decay_of(shape, options)
                values[name] = rule(values[name], slope, state, step, lr_at(lr, step) * rate, decay, options)
        return values

    return run


def lion(w, g, state, step, lr, decay, options):
    """Algorithm 2 of https://arxiv.org/abs/2302.06675"""
    beta1, beta2 = options.get("beta1", 0.9), options.get("beta2", 0.99)
    mean = state.setdefault("mean", torch.zeros_like(w))
    direction = beta1 * mean + (1 - beta1) * g
    assert direction.abs().min() > 4e-6, "a sign that rounding may turn: choose other numbers"
    state["mean"] = beta2 * mean + (1 - beta2) * g
    return w - lr * (torch.sign(direction) + decay * w)


def madgrad(w, g, state, step, lr, decay, options):
    """Algorithm 1 of https://arxiv.org/abs/2101.11075; k counts from 0 there."""
    c, epsilon = 1 - options.get("momentum", 0.9), options.get("epsilon", 1e-6)
    g = g + decay * w
    weight = lr * np.sqrt(step)
    state["s"] = state.get("s", 0) + weight * g
    state["v"] = state.get("v", 0) + weight * g * g
    z = state["start"] - state["s"] / (state["v"] ** (1 / 3) + epsilon)
    return (1 - c) * w + c * z


def optimizer_cases():
    o = torch.optim
    cases = [
        ("adam", 1e-2, {}, by_torch(lambda p: o.Adam(p))),
        ("adam", 1e-1, {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, by_torch(lambda p: o.Adam(p, betas=(0.8, 0.95), eps=1e-3))),
        ("adam", 1e-2, {"weightDecay": 0.5}, by_torch(lambda p: o.AdamW(p))),
        ("adam", 1e-2, {"weightDecay": 0.5, "decoupled": False}, by_torch(lambda p: o.Adam(p))),
        ("adam", 1e-2, {"weightDecay": 0.5, "decayVectors": True, "decoupled": False}, by_torch(lambda p: o.Adam(p))),
        ("adamW", 1e-1, {"weightDecay": 0.01}, by_torch(lambda p: o.AdamW(p))),
        ("adamW", 1e-1, {"weightDecay": 0.3, "decayVectors": True}, by_torch(lambda p: o.AdamW(p))),
        ("sgd", 1e-1, {}, by_torch(lambda p: o.SGD(p, lr=1, momentum=0.9, nesterov=True))),
        ("sgd", 1e-2, {"nesterov": False, "momentum": 0.7}, by_torch(lambda p: o.SGD(p, lr=1, momentum=0.7))),
        ("sgd", 1e-1, {"momentum": 0, "weightDecay": 0.2}, by_torch(lambda p: o.SGD(p, lr=1))),
        ("sgd", 1e-1, {"weightDecay": 0.2}, by_torch(lambda p: o.SGD(p, lr=1, momentum=0.9, nesterov=True))),
        ("sgd", 1e-2, {"weightDecay": 0.2, "decayVectors": True, "nesterov": False}, by_torch(lambda p: o.SGD(p, lr=1, momentum=0.9))),
        ("rmsprop", 1e-2, {}, by_torch(lambda p: o.RMSprop(p))),
        ("rmsprop", 1e-3, {"momentum": 0.9, "alpha": 0.9, "weightDecay": 0.2}, by_torch(lambda p: o.RMSprop(p, alpha=0.9, momentum=0.9))),
        ("lion", 1.3e-2, {}, by_hand(lion)),
        ("lion", 1e-3, {"beta1": 0.95, "beta2": 0.98, "weightDecay": 1.0}, by_hand(lion)),
        ("lion", 1e-1, {"weightDecay": 0.1, "decayVectors": True}, by_hand(lion)),
        ("madgrad", 1e-2, {}, by_hand(madgrad)),
        ("madgrad", 1e-1, {"momentum": 0, "weightDecay": 0.1, "epsilon": 1e-3}, by_hand(madgrad)),
    ]
    for name, lr, options, run in cases:
        for problem in PROBLEMS:
            values = {param: rounded(value.flatten().tolist()) for param, value in run(problem, lr, options).items()}
            yield {"spec": {"name": name, **options}, "lr": lr, "problem": problem, "values": values}


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def dummy():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1)


def rate_of(optimizer):
    return optimizer.param_groups[0]["lr"]


def stepped(make, count):
    """The rate before each of `count` steps of a scheduler."""
    optimizer = dummy()
    scheduler, rates = make(optimizer), [rate_of(optimizer)]
    for _ in range(count - 1):
        optimizer.step()
        scheduler.step()
        rates.append(rate_of(optimizer))
    return rates


def restarted(first, multiplier, floor):
    optimizer, rates = dummy(), []
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, first, multiplier, floor)
    for epoch in range(EPOCHS):
        for i in range(STEPS_PER_EPOCH):
            scheduler.step(epoch + i / STEPS_PER_EPOCH)
            rates.append(rate_of(optimizer))
    return rates


def on_plateau(metrics, **options):
    optimizer, rates = dummy(), []
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", threshold_mode="abs", **options)
    for metric in metrics:
        rates.append(rate_of(optimizer))
        scheduler.step(metric)
    return rates


def schedule_cases():
    steps = EPOCHS * STEPS_PER_EPOCH
    each = lambda make: [rate for rate in stepped(make, EPOCHS) for _ in range(STEPS_PER_EPOCH)]
    s = lr_scheduler
    yield {"name": "exponential", "gamma": 0.9}, each(lambda o: s.ExponentialLR(o, 0.9))
    yield {"name": "step", "every": 7, "gamma": 0.5}, each(lambda o: s.StepLR(o, 7, 0.5))
    yield {"name": "multiStep", "milestones": [20, 10, 45, 20], "gamma": 0.3}, each(lambda o: s.MultiStepLR(o, [20, 10, 45, 20], 0.3))
    yield {"name": "cosine", "floor": 0.1}, stepped(lambda o: s.CosineAnnealingLR(o, steps, 0.1), steps)
    yield {"name": "cosine", "floor": 0.05, "cycles": 5}, restarted(10, 1, 0.05)
    yield {"name": "cosine", "cycles": 2, "multiplier": 4}, restarted(10, 4, 0)
    for options, theirs in [
        ({}, {}),
        ({"anneal": "linear", "peak": 0.1, "start": 0.1, "end": 0.001}, {"anneal_strategy": "linear", "pct_start": 0.1, "div_factor": 10, "final_div_factor": 100}),
        ({"peak": 0.333}, {"pct_start": 0.333}),
        ({"peak": 0}, {"pct_start": 0.0}),
        ({"peak": 1}, {"pct_start": 1.0}),
    ]:
        make = lambda o: s.OneCycleLR(o, 1, total_steps=steps, cycle_momentum=False, **theirs)
        yield {"name": "oneCycle", **options}, stepped(make, steps)


def plateau_cases():
    noise = uniform(EPOCHS, 7)
    for slope in (0.0, 0.004):
        metrics = rounded([0.5 + slope * i + 0.05 * float(noise[i]) for i in range(EPOCHS)])
        for ours, theirs in [
            ({"patience": 3, "factor": 0.5}, {"patience": 3, "factor": 0.5}),
            ({"patience": 2, "factor": 0.1, "cooldown": 4, "floor": 0.005}, {"patience": 2, "factor": 0.1, "cooldown": 4, "min_lr": 0.005}),
            ({"patience": 0, "factor": 0.9, "threshold": 0.02}, {"patience": 0, "factor": 0.9, "threshold": 0.02}),
        ]:
            yield {"spec": {"name": "plateau", **ours}, "metrics": metrics, "rates": rounded(on_plateau(metrics, **theirs))}


def clip_cases():
    for norm in (0.5, 3.0, 100.0):
        params = [torch.nn.Parameter(value) for value in starts().values()]
        for k, param in enumerate(params):
            param.grad = doubles(param.shape, 300 + k)
        total = torch.nn.utils.clip_grad_norm_(params, norm).item()
        yield {"norm": norm, "total": total, "gradients": [rounded(p.grad.flatten().tolist()) for p in params]}


result = {
    "made_with": {"torch": torch.__version__},
    "steps": STEPS,
    "epochs": EPOCHS,
    "stepsPerEpoch": STEPS_PER_EPOCH,
    "params": [{"name": name, "shape": shape, "rate": rate} for name, shape, rate in PARAMS],
    "problems": PROBLEMS,
    "optimizers": list(optimizer_cases()),
    "schedules": [{"spec": spec, "rates": rounded(rates)} for spec, rates in schedule_cases()],
    "plateaus": list(plateau_cases()),
    "clips": list(clip_cases()),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result) + "\n")
print(path, path.stat().st_size, "bytes")
