"""Runs a training step with given decisions: which values pass a ReLU, and which value of a window is the largest.

A gradient jumps where a ReLU's argument crosses zero, or where two values of a max pooling cross each other. Some of
the millions of such decisions in a batch depend on the last bits of float32. Two correct libraries then decide
differently, and their gradients differ by a hundred times their rounding errors. So the float64 reference takes the
decisions of the library that it is compared with. The values behind the decisions are compared separately.
"""

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing


def windows(values):
    """Returns the values of 2×2 windows, row by row: `[batch, rows, columns, channels, 4]`."""
    batch, rows, columns, channels = values.shape
    parted = tensorflow.reshape(values, (batch, rows // 2, 2, columns // 2, 2, channels))
    return tensorflow.reshape(
        tensorflow.transpose(parted, (0, 1, 3, 5, 2, 4)), (batch, rows // 2, columns // 2, channels, 4))


def largest(values):
    """Returns the index of the largest value in each 2×2 window; of equal values, that of the first."""
    return windows(values).numpy().argmax(-1)


def is_rectified(layer):
    """Returns whether a layer of Keras ends in a ReLU."""
    return getattr(layer, "activation", None) is keras.activations.relu


class Step:
    """A forward and backward pass through a Keras stack in training mode, with the cross-entropy of its logits.

    It takes the given `decisions` or, without them, the stack's own. `self.decisions` has those taken, `self.decided`
    their number, and `self.flips` the number of those that differ from the stack's own.
    """

    def __init__(self, model, x, y, decisions=None):
        dtype = model.trainable_variables[0].dtype
        variables = [variable.value for variable in model.trainable_variables]
        given = iter(decisions or ())
        self.decisions, self.flips, self.decided = [], 0, 0
        with tensorflow.GradientTape() as tape:
            values = tensorflow.constant(x.astype(dtype))
            for layer in model.layers:
                if is_rectified(layer):
                    layer.activation = keras.activations.linear
                    values = layer(values)
                    layer.activation = keras.activations.relu
                    mask = self._decide(values.numpy() > 0, given, decisions)
                    values = values * tensorflow.constant(mask, dtype)
                elif isinstance(layer, keras.layers.MaxPooling2D):
                    index = self._decide(largest(values), given, decisions)
                    values = tensorflow.reduce_sum(windows(values) * tensorflow.one_hot(index, 4, dtype=dtype), -1)
                else:
                    values = layer(values, training=True)
            loss = tensorflow.reduce_mean(
                keras.losses.sparse_categorical_crossentropy(y, values, from_logits=True))
        self.loss, self.logits = float(loss), values.numpy()
        self.gradients = [value.numpy() for value in tape.gradient(loss, variables)]

    def _decide(self, own, given, decisions):
        taken = own if decisions is None else next(given)
        self.decisions.append(taken)
        self.decided += own.size
        self.flips += int((own != taken).sum())
        return taken


class Ours:
    """Our network of the same layers, and networks of its first layers, which show its decisions.

    `layers` are pairs of a class name of Keras and its arguments; the last layer gives logits.
    """

    def __init__(self, layers, shape, precision="float32", convolution="automatic"):
        self.layers, self.shape, self.precision = layers, shape, precision
        self.options = {"precision": precision, "convolution": convolution}
        kind, given = layers[-1]
        self.model = self._stack([*layers[:-1], (kind, given | {"activation": "softmax"})])
        self.beginnings = {}

    def _stack(self, layers):
        return bigeggs.Sequential(
            [bigeggs.layers.Input(self.shape), *(getattr(bigeggs.layers, kind)(**given) for kind, given in layers)],
            **self.options)

    def _values(self, count, weights, x):
        """Returns the output of the first `count` layers in training mode."""
        if count not in self.beginnings:
            self.beginnings[count] = self._stack(self.layers[:count])
        model = self.beginnings[count]
        model.set_weights(weights[: len(model.weights.names)])
        return testing.forward(model, x, training=True)

    def logits(self, weights, x):
        """Returns the logits in training mode."""
        return self._values(len(self.layers), weights, x)

    def decisions(self, weights, x):
        """Returns the network's decisions for images, in the order of the layers."""
        found = []
        for number, (kind, given) in enumerate(self.layers):
            if given.get("activation") == "relu":
                values = self._values(number + 1, weights, x)
                found.append(values > 0)
            elif kind == "MaxPooling2D":
                if self.precision == "float32":
                    values = self._values(number, weights, x)
                else:
                    # The whole network pools the normalized values unrounded; a network that ends with them rounds
                    # them. `values`, from before the normalization, have the same order, reversed if gamma is negative.
                    count = len(self._stack(self.layers[: number - 1]).weights.names)
                    values = values * numpy.sign(weights[count])
                found.append(largest(values))
        return found
