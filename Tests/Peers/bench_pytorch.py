"""One turn of bench.py: the report's network in PyTorch, as fast as PyTorch runs it on a processor.

Channels last, fused Adam; bfloat16 by autocast, for inference also with weights in bfloat16. The variant
names what is tried: eager or compiled, autocast or cast.
"""

import contextlib

import torch
from bench_turn import BATCH, arguments, finish, noise, timed
from pytorch_network import network


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(7)
    training, half = options.work == "training", options.precision == "bfloat16"
    images, labels = map(torch.from_numpy, noise(options.steps))
    labels = labels.long()

    model = network().to(memory_format=torch.channels_last).train(training)
    kind = torch.float32
    autocast = contextlib.nullcontext
    if half and "cast" in options.variant.split():
        kind = torch.bfloat16
        model = model.to(kind)
    elif half:
        autocast = lambda: torch.autocast("cpu", torch.bfloat16)  # noqa: E731
    if "compiled" in options.variant:
        model = torch.compile(model)

    def batch(chosen):
        # `[batch, height, width, channels]` in memory, seen as PyTorch's `[batch, channels, height, width]`.
        return images[chosen].permute(0, 3, 1, 2).to(kind).mul_(1 / 255)

    if training:
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
        criterion = torch.nn.CrossEntropyLoss()

        def run(steps):
            order = torch.randperm(len(images))
            total, hits = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for step in range(steps):
                chosen = order[step * BATCH : (step + 1) * BATCH]
                truth = labels[chosen]
                with autocast():
                    logits = model(batch(chosen))
                loss = criterion(logits.float(), truth)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                total += loss.detach()
                hits += (logits.detach().argmax(1) == truth).sum()
    else:
        def run(steps):
            with torch.inference_mode(), autocast():
                for step in range(steps):
                    model(batch(slice(step * BATCH, (step + 1) * BATCH))).float().softmax(1)

    run(min(5, options.steps))
    seconds = [timed(lambda: run(options.steps)) for _ in range(options.rounds)]
    finish(options.steps, seconds, f"PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
