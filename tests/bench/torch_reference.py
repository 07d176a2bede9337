"""Times training steps, or inference, of a torchvision model on random pixels, as train_step.ts does, and prints a JSON
line. PyTorch runs channels last, which is its faster layout.

    python3 tests/bench/torch_reference.py --model efficientnet_b0 --size 64 --batch 16 --threads 2 --steps 20
"""

import argparse
import json
import resource
import time

import torch
import torchvision

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="efficientnet_b0")
parser.add_argument("--size", type=int, default=64)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--mode", default="train", choices=["train", "predict"])
flags = parser.parse_args()

torch.set_num_threads(flags.threads)
torch.manual_seed(1)
model = getattr(torchvision.models, flags.model)(weights=None, num_classes=10).to(memory_format=torch.channels_last)
x = torch.randn(flags.batch, 3, flags.size, flags.size).contiguous(memory_format=torch.channels_last)
targets = torch.arange(flags.batch) % 10
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
model.train(flags.mode == "train")


def once():
    if flags.mode == "train":
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), targets)
        loss.backward()
        optimizer.step()
        loss.item()
    else:
        with torch.inference_mode():
            model(x)


times, processor_times = [], []
for _ in range(flags.steps + 2):
    start, start_on_processor = time.perf_counter(), time.process_time()
    once()
    times.append(time.perf_counter() - start)
    processor_times.append(time.process_time() - start_on_processor)
times = sorted(1000 * t / flags.batch for t in times[2:])
print(json.dumps({
    "program": "torch " + torch.__version__,
    "threads": flags.threads,
    "model": flags.model,
    "size": flags.size,
    "batch": flags.batch,
    "mode": flags.mode,
    "minMsPerImage": round(times[0], 3),
    "medianMsPerImage": round(times[len(times) // 2], 3),
    "processorMsPerImage": round(1000 * min(processor_times[2:]) / flags.batch, 3),
    "memoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
