"""Losses, with Keras's names and arguments."""

from __future__ import annotations

from ._left_out import ANY, left_out
from ._library import Error

__all__ = ["CategoricalCrossentropy", "SparseCategoricalCrossentropy"]


class SparseCategoricalCrossentropy:
    """The cross-entropy of labels that are whole numbers."""

    name = "sparse_categorical_crossentropy"

    def __init__(self, from_logits: bool = False, **others: object):
        if from_logits:
            raise Error(
                f"{type(self).__name__} has no from_logits=True: end the model in a softmax; the loss is computed "
                "from its logits anyway"
            )
        left_out(
            type(self).__name__, others, label_smoothing=(0.0, 0), ignore_class=None, axis=-1,
            reduction=("sum_over_batch_size", "auto"), name=ANY, dtype=None,
        )


class CategoricalCrossentropy(SparseCategoricalCrossentropy):
    """The cross-entropy of labels that are one-hot vectors."""

    name = "categorical_crossentropy"
