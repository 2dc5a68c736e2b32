"""Writes the chapter on the network and its optimizer."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import literal
from bigeggs_report.wording import count


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: layers and optimizer."""
    yield Paragraph(
        "The network is convolutional. It has three groups of two 3 × 3 convolutions with `same` padding; 2 × 2 max "
        "pooling with stride 2 after each group halves height and width. The number of filters grows from 32 to 64 to "
        "128. The result is flattened and goes through dense layers of 512 and 1,024 units to one unit per class. "
        "Hidden layers end in a ReLU, the last layer in a softmax, whose outputs are a probability distribution. Two "
        "measures reduce overfitting: batch normalization after every hidden layer, and dropout of half the units "
        "before the last layer."
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
        "Where the original gives no details, Keras's defaults apply: Glorot-uniform kernels, zero biases, batch "
        "normalization with momentum 0.99 and ε = 0.001. The order of ReLU and batch normalization is that of "
        '`Conv2D(activation="relu")` followed by `BatchNormalization`.'
    )
    yield Paragraph(
        f"The optimizer is Adam with an initial learning rate of {results['history.learning_rate'][0]:g}. It minimizes "
        "the sparse categorical cross-entropy: the mean of −log p over the true classes, in nats. "
        f"A step takes {sourced(record, 'settings.batchSize', count)} images, so an epoch of "
        f"{sourced(record, 'data.trainImages', count)} images has "
        f"{count(-(-record['data.trainImages'] // record['settings.batchSize']))} steps."
    )


def layer_row(layer: bigeggs.Record) -> list[str]:
    """Returns the table row of a layer."""
    output = " × ".join(count(size) for size in layer["outputShape"])
    activation = layer.get("activation") or ""
    return [f"`{layer['name']}`", literal(layer["kind"]), output, literal(activation), count(layer["parameters"])]
