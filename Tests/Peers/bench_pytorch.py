"""Runs a turn of bench.py: the network of a recipe in PyTorch, with its fastest settings for processors.

Images are in memory with channels last. Adam and AdamW are fused. The variant is `eager` or `compiled`. In bfloat16,
the network runs under autocast; for inference, a variant with `cast` has its weights in bfloat16 instead.
"""

import contextlib

import torch
import pytorch_fast
import pytorch_network
import pytorch_pictures
from bench_turn import arguments, finish, noise, timed


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(7)
    training, half = options.work == "training", options.precision == "bfloat16"
    batch_size = options.batch_size
    images, labels = map(torch.from_numpy, noise(options.steps * batch_size, options.image_size))
    labels = labels.long()

    fast = options.recipe == "fast"
    networks = {"fast": pytorch_fast.network, "augmented": pytorch_network.network} | pytorch_pictures.NETWORKS
    network = networks[options.recipe]
    model = network().to(memory_format=torch.channels_last).train(training)
    kind = torch.float32
    autocast = contextlib.nullcontext
    if half and "cast" in options.variant.split():
        kind = torch.bfloat16
        model = model.to(kind)
    elif half:
        autocast = lambda: torch.autocast("cpu", torch.bfloat16)  # noqa: E731
    learner = model
    if "compiled" in options.variant:
        model = torch.compile(model)

    def batch(chosen):
        # The images are `[batch, height, width, channels]` in memory; PyTorch needs the shape
        # `[batch, channels, height, width]`, which `permute` gives them without moving a byte.
        return images[chosen].permute(0, 3, 1, 2).to(kind).mul_(1 / 255)

    if training:
        if fast:
            optimizers = pytorch_fast.optimizers(
                learner, batch_size, torch.bfloat16 if half else torch.float32)
            criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.2, reduction="sum")
        elif options.recipe in pytorch_pictures.NETWORKS:
            optimizers = [pytorch_pictures.optimizer(model)]
            criterion = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
        else:
            optimizers = [torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)]
            criterion = torch.nn.CrossEntropyLoss()

        def run(steps):
            order = torch.randperm(len(images))
            total, hits = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for step in range(steps):
                chosen = order[step * batch_size : (step + 1) * batch_size]
                truth = labels[chosen]
                with autocast():
                    logits = model(batch(chosen))
                loss = criterion(logits.float(), truth)
                model.zero_grad(set_to_none=True)
                loss.backward()
                for optimizer in optimizers:
                    optimizer.step()
                total += loss.detach()
                hits += (logits.detach().argmax(1) == truth).sum()
    else:
        def run(steps):
            with torch.inference_mode(), autocast():
                for step in range(steps):
                    model(batch(slice(step * batch_size, (step + 1) * batch_size))).float().softmax(1)

    run(min(5, options.steps) if not fast else 1)
    seconds = [timed(lambda: run(options.steps)) for _ in range(options.rounds)]
    finish(len(images), seconds, f"PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
