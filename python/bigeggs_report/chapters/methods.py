"""The network and how it is compiled."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import literal
from bigeggs_report.wording import count


def blocks(run: Run) -> Iterator[Block]:
    """Layers and optimizer."""
    yield Paragraph(
        "The network is convolutional. Three times, two convolutions of 3 × 3 with `same` padding are followed by "
        "2 × 2 max pooling with stride 2, which halves height and width; the filters grow from 32 to 64 to 128. "
        "The result is flattened and goes through dense layers of 512 and 1,024 units to one unit a class. Hidden "
        "layers end in a ReLU, the last in a softmax that makes its outputs a probability distribution. Against "
        "overfitting there is batch normalization after every hidden layer and dropout of half the units before "
        "the last."
    )
    record = run.record("04-plain-training")
    if record is None:
        yield run.not_run("04-plain-training")
        return
    results = record["results"]
    yield Table(
        "network",
        ("layer", "kind", "output", "activation", "parameters"),
        [layer_row(layer) for layer in results["layers"]],
        f"The network as trained, {sourced(results, 'parameterCount', count)} parameters in all. Output is height × "
        "width × channels.",
        numeric=(4,),
        origins=[origin(results, "layers")],
    )
    yield Paragraph(
        "Where the original leaves details open, Keras's defaults hold: Glorot-uniform kernels, zero biases, batch "
        "normalization with momentum 0.99 and ε = 0.001. The order of ReLU and batch normalization is that of "
        '`Conv2D(activation="relu")` followed by `BatchNormalization`.'
    )
    yield Paragraph(
        f"The optimizer is Adam, starting from a learning rate of "
        f"{results['history.learning_rate'][0]:g}, on sparse categorical cross-entropy: the mean of −log p over the "
        f"true classes, in nats. A step takes {sourced(record, 'settings.batchSize', count)} images, so an epoch of "
        f"{sourced(record, 'data.trainImages', count)} images has "
        f"{count(-(-record['data.trainImages'] // record['settings.batchSize']))} steps."
    )


def layer_row(layer: bigeggs.Record) -> list[str]:
    """A layer's cells."""
    output = " × ".join(count(size) for size in layer["outputShape"])
    activation = layer.get("activation") or ""
    return [f"`{layer['name']}`", literal(layer["kind"]), output, literal(activation), count(layer["parameters"])]
