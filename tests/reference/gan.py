"""Writes gan.json: forward passes, gradients, the exact R1 penalty and first training steps of small conditional DCGANs in
PyTorch, for weights and inputs made by a small generator that the tests have too. The modules below have maskfold's names, so
that they load what maskfold saves.

Run with Debian's python3-torch: /usr/bin/python3 tests/reference/gan.py
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm

from lcg import uniform

SIZE, WIDTH, LATENT, EMBEDDING, CLASSES, BATCH = 16, 3, 7, 3, 5, 4
STEPS = int(math.log2(SIZE / 4))
LABELS = torch.tensor([0, 3, 1, 3])


class Up(nn.Module):
    def __init__(self, inputs, outputs, first):
        super().__init__()
        stride, padding = (1, 0) if first else (2, 1)
        self.conv = nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CLASSES, EMBEDDING)
        inputs = [LATENT + EMBEDDING] + [WIDTH << (STEPS - k) for k in range(1, STEPS)]
        self.blocks = nn.ModuleList([Up(n, WIDTH << (STEPS - 1 - k), k == 0) for k, n in enumerate(inputs)])
        self.output = nn.ConvTranspose2d(WIDTH, 3, 4, 2, 1)

    def forward(self, noise, labels):
        x = torch.cat([noise, self.embedding(labels)], 1)[:, :, None, None]
        for block in self.blocks:
            x = block(x)
        return torch.tanh(self.output(x))


class Down(nn.Module):
    def __init__(self, inputs, outputs, norm):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 4, 2, 1, bias=not norm)
        self.norm = nn.BatchNorm2d(outputs) if norm else nn.Identity()

    def forward(self, x):
        return F.leaky_relu(self.norm(self.conv(x)), 0.2)


class Discriminator(nn.Module):
    def __init__(self, norm):
        super().__init__()
        inputs = [3] + [WIDTH << k for k in range(STEPS - 1)]
        self.blocks = nn.ModuleList([Down(n, WIDTH << k, norm == "batch" and k > 0) for k, n in enumerate(inputs)])
        deepest = WIDTH << (STEPS - 1)
        self.output = nn.Conv2d(deepest, 1, 4)
        self.embedding = nn.Embedding(CLASSES, deepest)
        if norm == "spectral":
            for module in [block.conv for block in self.blocks] + [self.output, self.embedding]:
                spectral_norm(module)

    def forward(self, x, labels):
        for block in self.blocks:
            x = block(x)
        return self.output(x).flatten() + (self.embedding(labels) * x.sum([2, 3])).sum(1)


def fill(model):
    """Parameters in the order of their names: matrices of variance 1 / fan-in, scales near 1; vectors of norms of length 1."""
    for k, (name, tensor) in enumerate(sorted(model.named_parameters())):
        values = uniform(tensor.numel(), k + 1)
        if tensor.dim() > 1:
            values = values * math.sqrt(3.0 / tensor[0].numel())
        elif name.endswith("weight"):
            values = 1 + 0.2 * values
        else:
            values = 0.1 * values
        tensor.data = torch.from_numpy(values).float().reshape(tensor.shape)
    for k, (name, buffer) in enumerate(sorted(model.named_buffers())):
        if name.endswith(("_u", "_v")):
            buffer.copy_(F.normalize(torch.from_numpy(uniform(buffer.numel(), 1000 + k)), dim=0))
    return model.train()


def images(seed):
    return torch.from_numpy(uniform(BATCH * SIZE * SIZE * 3, seed)).reshape(BATCH, SIZE, SIZE, 3).permute(0, 3, 1, 2)


def noise(seed):
    return torch.from_numpy(uniform(BATCH * LATENT, seed)).reshape(BATCH, LATENT)


def back(x):
    return x.permute(0, 2, 3, 1)


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().flatten().tolist()]


def gradients(model):
    return {name: rounded(tensor.grad) for name, tensor in sorted(model.named_parameters())}


def state(model):
    return {name: rounded(t) for name, t in sorted(model.state_dict().items()) if not name.endswith("tracked")}


def run_generator():
    model = fill(Generator())
    y = back(model(noise(50), LABELS))
    y.backward(torch.from_numpy(uniform(y.numel(), 99)).reshape(y.shape))
    model_state = {k: v for k, v in state(model).items() if "running" in k}
    evaluated = back(fill(model).eval()(noise(50), LABELS))
    return {"image": rounded(y), "gradients": gradients(model), "buffers": model_state, "evaluated": rounded(evaluated[0])}


def run_discriminator(norm):
    model = fill(Discriminator(norm))
    x = images(60).requires_grad_()
    scores = model(x, LABELS)
    scores.backward(torch.from_numpy(uniform(BATCH, 99)))
    result = {"scores": rounded(scores), "slope": rounded(back(x.grad)[0]), "gradients": gradients(model)}
    parameters = {name for name, _ in model.named_parameters()}
    result["buffers"] = {k: v for k, v in state(model).items() if k not in parameters}

    model = fill(Discriminator(norm))
    if norm == "spectral":
        model(x, LABELS)
        for module in model.modules():  # the vectors as they now are: no more iterations
            for hook in module._forward_pre_hooks.values():
                hook.n_power_iterations = 0
    slope = torch.autograd.grad(model(x, LABELS).sum(), x, create_graph=True)[0]
    penalty = slope.square().sum([1, 2, 3]).mean() / 2
    (10 * penalty).backward()
    zero = [torch.zeros_like(t) if t.grad is None else t.grad for _, t in sorted(model.named_parameters())]
    names = [name for name, _ in sorted(model.named_parameters())]
    result["r1"] = {"penalty": float(penalty), "gradients": dict(zip(names, map(rounded, zero)))}
    return result


def run_step(loss, norm):
    generator, discriminator = fill(Generator()), fill(Discriminator(norm))
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    for_g, for_d = torch.optim.Adam(generator.parameters(), **adam), torch.optim.Adam(discriminator.parameters(), **adam)
    fake = generator(noise(51), LABELS).detach()
    real_scores, fake_scores = discriminator(images(60), LABELS), discriminator(fake, LABELS)
    if loss == "hinge":
        d_loss = F.relu(1 - real_scores).mean() + F.relu(1 + fake_scores).mean()
    else:
        ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)
        d_loss = F.binary_cross_entropy_with_logits(real_scores, ones)
        d_loss = d_loss + F.binary_cross_entropy_with_logits(fake_scores, zeros)
    for_d.zero_grad()
    d_loss.backward()
    for_d.step()
    scores = discriminator(generator(noise(52), LABELS), LABELS)
    g_loss = -scores.mean() if loss == "hinge" else F.binary_cross_entropy_with_logits(scores, torch.ones(BATCH))
    for_g.zero_grad()
    g_loss.backward()
    for_g.step()
    result = {"loss": loss, "norm": norm, "losses": [d_loss.item(), g_loss.item()]}
    result["scores"] = [real_scores.mean().item(), fake_scores.mean().item()]
    return {**result, "generator": state(generator), "discriminator": state(discriminator)}


sizes = {"size": SIZE, "width": WIDTH, "latent": LATENT, "embedding": EMBEDDING, "classes": CLASSES}
record = {"made_with": {"torch": torch.__version__}, **sizes, "labels": LABELS.tolist(), "generator": run_generator()}
record["discriminators"] = {norm: run_discriminator(norm) for norm in ("batch", "spectral", "none")}
record["steps"] = [run_step("nonSaturating", "batch"), run_step("hinge", "spectral"), run_step("hinge", "none")]
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
