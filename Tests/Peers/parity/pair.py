"""The same layers twice: in our library, and in Keras in float64."""

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing

from parity.tolerances import bfloat16


def drawn_weight(name, shape, random):
    """Values of the size that training meets, for a weight of Keras's name."""
    if name == "kernel":
        return random.normal(0, numpy.sqrt(2 / numpy.prod(shape[:-1])), shape)
    if name == "gamma":
        return random.uniform(0.5, 1.5, shape)
    if name == "moving_variance":
        return random.uniform(0.5, 2, shape)
    return random.normal(0, 0.3, shape)


def selection(rows, columns, random):
    """A matrix that hands each of its inputs on, some of them with another sign: nothing is rounded."""
    matrix = numpy.zeros((rows, columns), "float32")
    matrix[random.integers(0, rows, columns), numpy.arange(columns)] = random.choice([-1, 1], columns)
    return matrix


class Pair:
    """A stack of layers in both libraries, with the same random weights.

    `layers` are pairs of Keras's class name and its arguments. With `front`, the first layer hands its inputs
    on unchanged: the gradient of its kernel then shows the gradient that reaches the second layer's input.
    With `softmax`, our last layer ends in one, as a training needs it, and Keras's in the logits.
    All numbers are numbers of bfloat16, and so of every other format.
    """

    def __init__(self, layers, shape, random, precision="float32", convolution="automatic", front=True,
                 softmax=False):
        ending = {"activation": "softmax"} if softmax else {}
        last = (layers[-1][0], layers[-1][1] | ending)
        self.ours = bigeggs.Sequential(
            [bigeggs.layers.Input(shape)] + [getattr(bigeggs.layers, kind)(**given) for kind, given in [*layers[:-1], last]],
            seed=int(random.integers(1 << 30)), precision=precision, convolution=convolution)
        self.theirs = keras.Sequential(
            [keras.Input(shape, dtype="float64")]
            + [getattr(keras.layers, kind)(**given, dtype="float64") for kind, given in layers])
        values = []
        for variable in self.theirs.weights:
            value = drawn_weight(variable.name, variable.shape, random)
            if front and len(values) == 0:
                value = selection(variable.shape[-2], variable.shape[-1], random).reshape(variable.shape)
            if front and len(values) == 1:
                value = numpy.zeros(variable.shape)
            values.append(bfloat16(value))
        self.set_weights(values)

    def set_weights(self, values):
        """Gives both the same weights."""
        self.ours.set_weights(values)
        self.theirs.set_weights([value.astype("float64") for value in values])

    def reference(self, x, training=False):
        """Keras's output."""
        return self.theirs(x.astype("float64"), training=training).numpy()

    def reference_gradients(self, x, output_gradient):
        """Keras's gradients of its trainable weights, by our names."""
        variables = [variable.value for variable in self.theirs.trainable_variables]
        with tensorflow.GradientTape() as tape:
            output = self.theirs(x.astype("float64"), training=True)
        gradients = tape.gradient(output, variables, output_gradients=output_gradient.astype("float64"))
        return dict(zip(self.trainable_names, (gradient.numpy() for gradient in gradients)))

    @property
    def trainable_names(self):
        """Our names of the trainable weights, in Keras's order."""
        return [name for name in self.ours.weights.names if "moving_" not in name]

    def forward(self, x, training=False, step=0):
        """Our output."""
        return testing.forward(self.ours, x, training=training, step=step)

    def gradients(self, x, output_gradient, step=0):
        """Our gradients of the trainable weights."""
        return testing.backward(self.ours, x, output_gradient, step=step)
