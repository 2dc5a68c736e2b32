"""Makes the same layers twice: in our library, and in Keras in float64."""

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing

from parity.tolerances import bfloat16


def drawn_weight(name, shape, random):
    """Returns random values of a size that is usual in training, for a weight with a name of Keras."""
    if name.endswith("kernel"):
        return random.normal(0, numpy.sqrt(2 / numpy.prod(shape[:-1])), shape)
    if name == "gamma":  # A negative gamma reverses the order of values.
        return random.uniform(0.5, 1.5, shape) * random.choice([-1, 1], shape)
    if name == "moving_variance":
        return random.uniform(0.5, 2, shape)
    return random.normal(0, 0.3, shape)


def as_keras_has_it(given):
    """Returns a layer's arguments for Keras, where `gelu_tanh` is an option of gelu."""
    if given.get("activation") == "gelu_tanh":
        return given | {"activation": lambda x: keras.activations.gelu(x, approximate=True)}
    return given


def selection(rows, columns, random):
    """Returns a matrix that passes one input, with a random sign, to each output, so that nothing is rounded."""
    matrix = numpy.zeros((rows, columns), "float32")
    matrix[random.integers(0, rows, columns), numpy.arange(columns)] = random.choice([-1, 1], columns)
    return matrix


class Pair:
    """A stack of layers in both libraries, with the same random weights.

    `layers` are pairs of a class name of Keras and its arguments. With `front`, each output of the first layer
    is one of its inputs with a random sign: the gradient of its kernel then shows the gradient of the second
    layer's input. With `softmax`, our last layer ends in a softmax, as training needs it, and Keras's last layer
    gives the logits. All weights are bfloat16 numbers, so no format rounds them.
    """

    def __init__(self, layers, shape, random, precision="float32", convolution="automatic", front=True,
                 softmax=False):
        self.layers, self.precision = layers, precision
        ending = {"activation": "softmax"} if softmax else {}
        last = (layers[-1][0], layers[-1][1] | ending)
        self.ours = bigeggs.Sequential(
            [bigeggs.layers.Input(shape)]
            + [getattr(bigeggs.layers, kind)(**given) for kind, given in [*layers[:-1], last]],
            seed=int(random.integers(1 << 30)), precision=precision, convolution=convolution)
        self.theirs = keras.Sequential(
            [keras.Input(shape, dtype="float64")]
            + [getattr(keras.layers, kind)(**as_keras_has_it(given), dtype="float64") for kind, given in layers])
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
        """Sets the same weights in both libraries; `values` are in Keras's order."""
        self.ours.set_weights(values)
        self.theirs.set_weights([value.astype("float64") for value in values])

    def reference(self, x, training=False):
        """Returns Keras's output."""
        return self.theirs(x.astype("float64"), training=training).numpy()

    def front(self, x):
        """Returns the output of the first layer, computed by Keras."""
        return self.theirs.layers[0](x.astype("float64")).numpy()

    def before_activation(self, x):
        """Returns the values that the last layer's activation is applied to, computed by Keras."""
        layer = self.theirs.layers[-1]
        activation, layer.activation = layer.activation, keras.activations.linear
        values = self.reference(x)
        layer.activation = activation
        return values

    def reference_gradients(self, x, gradient):
        """Returns Keras's gradients for that of the output: of the second layer's input, and of the trainable weights.

        The latter are a dictionary by our names.
        """
        variables = [variable.value for variable in self.theirs.trainable_variables]
        inputs, *layers = self.theirs.layers
        with tensorflow.GradientTape() as tape:
            front = inputs(x.astype("float64"))
            tape.watch(front)
            output = front
            for layer in layers:
                output = layer(output, training=True)
        found, *gradients = tape.gradient(output, [front, *variables], gradient.astype("float64"))
        return found.numpy(), dict(zip(self.trainable_names, (value.numpy() for value in gradients)))

    def sizes(self, x, gradient):
        """Returns the sizes of the last layer's sums: of each, the root of the sum of the squares of its products.

        The sums are the layer's output before an activation, its input's gradient and its weights' gradients.
        Keras's layer computes the sizes from squared inputs, weights and gradients.
        """
        layer = self.theirs.layers[-1]
        weights, activation = layer.get_weights(), layer.activation
        layer.set_weights([value**2 for value in weights])
        layer.activation = keras.activations.linear
        inputs = tensorflow.constant(self.front(x) ** 2)
        with tensorflow.GradientTape() as tape:
            tape.watch(inputs)
            output = layer(inputs)
        variables = [variable.value for variable in layer.trainable_variables]
        squares = tape.gradient(output, [inputs, *variables], gradient.astype("float64") ** 2)
        layer.set_weights(weights)
        layer.activation = activation
        first, *others = (numpy.sqrt(numpy.maximum(value.numpy(), 0)) for value in squares)
        return numpy.sqrt(output.numpy()), first, others

    @property
    def trainable_names(self):
        """Our names of the trainable weights, in Keras's order."""
        return [name for layer in self.ours.layers if layer.trainable for name in layer.weights
                if "moving_" not in name]

    def by_name(self):
        """Returns the last layer's weights in float64, by their names in the layer."""
        return {name.split("/")[1]: value.astype("float64") for name, value in self.ours.layers[-1].weights.items()}

    def forward(self, x, training=False, step=0):
        """Returns our output."""
        return testing.forward(self.ours, x, training=training, step=step)

    def gradients(self, x, output_gradient, step=0):
        """Returns our gradients of the trainable weights by our names, for a gradient of the output."""
        return testing.backward(self.ours, x, output_gradient, step=step)
