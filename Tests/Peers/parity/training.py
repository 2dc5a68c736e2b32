"""Steps of a training: moving statistics, the loss, Adam, and whole steps from the peer's state."""

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing
from pytorch_network import network as pytorch_network

from parity import tolerances
from parity.ledger import difference
from parity.pair import Pair


#: Twice the error of a normalized value in float32, at the end of the small network here.
EDGE = 5e-6


def moving_statistics(ledger, random, cases):
    """BatchNormalization's moving mean and variance after each of 50 steps, of batches of changing size."""
    for number in range(cases):
        channels, momentum = int(random.choice([1, 3, 17, 33])), float(random.choice([0.99, 0.9]))
        shape = (channels,) if number % 2 else (5, 3, channels)
        for precision in ("float32", "bfloat16"):
            pair = Pair([("BatchNormalization", {"momentum": momentum})], shape, random, precision, front=False)
            for _ in range(50):
                batch = int(random.choice([2, 3, 7, 13]))
                offset = random.normal(0, 2, channels)
                x = tolerances.bfloat16(random.normal(offset, 1.5, (batch, *shape)))
                pair.forward(x, training=True)
                pair.reference(x, training=True)
            for name, ours, theirs in zip(
                    ("mean", "variance"), pair.ours.get_weights()[2:], pair.theirs.get_weights()[2:]):
                ledger.compare(
                    f"BatchNormalization {precision}, moving {name} after 50 steps", ours, theirs,
                    50 * tolerances.UNIT, "two roundings a step, most of which have faded away by the 50th",
                    f"{shape} momentum {momentum}", max(1, numpy.abs(theirs).max()))


def loss(ledger, random, cases):
    """The loss and its gradient for logits from zero to ten thousand, with ties."""
    for number in range(cases):
        classes, batch = int(random.choice([2, 3, 10, 17])), int(random.choice([1, 3, 33]))
        size = [0, 1e-6, 1, 30, 88, 104, 1e4][number % 7]
        x = (random.normal(0, 1, (batch, classes)) * size).astype("float32")
        if random.random() < 0.3:
            x[:, 0] = x[:, -1]
        y = random.integers(0, classes, batch).astype("int32")
        model = bigeggs.Sequential(
            [bigeggs.layers.Input((classes,)), bigeggs.layers.Dense(classes, activation="softmax")])
        # The identity: the logits are the inputs.
        model.set_weights([numpy.eye(classes, dtype="float32"), numpy.zeros(classes, "float32")])
        logits = tensorflow.constant(x.astype("float64"))
        with tensorflow.GradientTape() as tape:
            tape.watch(logits)
            expected = tensorflow.reduce_mean(
                keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))
        gradient = tape.gradient(expected, logits).numpy()
        value, gradients = testing.loss_and_gradients(model, x, y)
        case = f"{x.shape} logits around {size}"
        ledger.compare(
            "loss, for logits up to 40,000", value, float(expected), 8 * tolerances.UNIT,
            "a difference of logits and a logarithm, each rounded a few times", case, max(1, float(expected)))
        ledger.compare(
            "gradient of the loss", list(gradients.values())[1], gradient.sum(0), 64 * tolerances.UNIT,
            "probabilities whose exponents carry the rounding of differences up to 88", case, 1)


def adam(ledger, random, cases):
    """100 steps of Adam along gradients whose sizes span eight orders of magnitude, some of them zero."""
    for _ in range(cases):
        rows, columns = int(random.integers(1, 40)), int(random.choice([2, 3, 16, 33]))
        settings = {
            "learning_rate": float(random.choice([1e-3, 1e-2])), "beta_1": float(random.choice([0.9, 0.8])),
            "beta_2": float(random.choice([0.999, 0.99])), "epsilon": float(random.choice([1e-7, 1e-5])),
        }
        model = bigeggs.Sequential([bigeggs.layers.Input((rows,)), bigeggs.layers.Dense(columns, activation="softmax")])
        optimizer = bigeggs.optimizers.Adam(**settings)
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
        start = [random.normal(0, 0.3, shape).astype("float32") for shape in ((rows, columns), (columns,))]
        model.set_weights(start)
        variables = [keras.Variable(value, dtype="float64") for value in start]
        theirs = keras.optimizers.Adam(**settings)
        theirs.build(variables)
        sizes = [10.0 ** random.uniform(-7, 1, value.shape) for value in start]
        names = model.weights.names
        for step in range(100):
            if step == 50:
                optimizer.learning_rate = settings["learning_rate"] / 2
                theirs.learning_rate = settings["learning_rate"] / 2
            gradients = [(random.normal(0.2, 1, size.shape) * size).astype("float32") for size in sizes]
            for gradient in gradients:
                gradient[random.random(gradient.shape) < 0.05] = 0
            testing.apply_gradients(model, dict(zip(names, gradients)))
            theirs.apply([tensorflow.constant(gradient.astype("float64")) for gradient in gradients])
        for ours, variable, value in zip(model.get_weights(), variables, start):
            moved = variable.numpy() - value
            # Each step rounds the parameter, by half a unit of its last place, and its own few operations.
            allowed = 100 * tolerances.UNIT * (1 + numpy.abs(value).max() / numpy.abs(moved).max())
            ledger.record(
                "Adam, movement in 100 steps, as a share of what is allowed",
                difference(ours - value.astype("float64"), moved) / allowed, 1,
                "100 roundings of the parameter and of its step, all in one direction", str(settings))


def report_stack(filters, units):
    """The report's network without dropout, of any size; logits, as PyTorch's network has them."""
    layers = []
    for count in filters:
        for _ in range(2):
            layers.append(("Conv2D", {"filters": count, "kernel_size": 3, "padding": "same", "activation": "relu"}))
            layers.append(("BatchNormalization", {}))
        layers.append(("MaxPooling2D", {}))
    layers.append(("Flatten", {}))
    for count in units:
        layers += [("Dense", {"units": count, "activation": "relu"}), ("BatchNormalization", {})]
    return [*layers, ("Dense", {"units": 10})]


def step_by_step(ledger, random, cases):
    """20 steps of a training. Before each, our state becomes the peer's: weights, statistics, moments."""
    for _ in range(cases):
        pair = Pair(report_stack((16, 32), (33,)), (12, 12, 3), random, front=False, softmax=True)
        initial = [
            value if "kernel" in name else numpy.full_like(value, "gamma" in name or "variance" in name)
            for name, value in pair.ours.weights.items()]
        pair.set_weights(initial)
        learning_rate = 1e-3
        pair.ours.compile(
            optimizer=bigeggs.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
        optimizer = keras.optimizers.Adam(learning_rate)
        variables = pair.theirs.trainable_variables
        optimizer.build(variables)
        names = pair.trainable_names
        for step in range(20):
            state = [value.astype("float32") for value in pair.theirs.get_weights()]
            while True:
                batch = int(random.choice([5, 7, 16]))
                y = random.integers(0, 10, batch).astype("int32")
                x = (random.normal(0, 0.3, (batch, 12, 12, 3)) + y[:, None, None, None] / 10).astype("float32")
                pair.set_weights(state)
                if decided(pair.theirs, x):
                    break

            # Both start from the same numbers: the peer's, rounded to float32.
            pair.set_weights(state)
            first, second = (
                {name: moment.numpy().astype("float32") for name, moment in zip(names, moments)}
                for moments in moments_of(optimizer, len(names)))
            testing.set_optimizer_state(pair.ours, step, first, second)
            for moments, values in zip(moments_of(optimizer, len(names)), (first, second)):
                for moment, value in zip(moments, values.values()):
                    moment.assign(value.astype("float64"))

            value, _ = pair.ours.train_on_batch(x, y)
            with tensorflow.GradientTape() as tape:
                logits = pair.theirs(x.astype("float64"), training=True)
                expected = tensorflow.reduce_mean(
                    keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))
            gradients = tape.gradient(expected, [variable.value for variable in variables])
            optimizer.apply(gradients)
            by_name = dict(zip(names, gradients))

            case = f"step {step + 1}"
            ledger.compare("training from the peer's state, loss of each of 20 steps", value, float(expected),
                           *tolerances.winograd(9 * 32), case, 1)
            for name, before, ours, theirs in zip(
                    pair.ours.weights.names, state, pair.ours.get_weights(), pair.theirs.get_weights()):
                if "moving" in name:
                    ledger.compare("training from the peer's state, moving statistics", ours, theirs,
                                   *tolerances.winograd(9 * 32), f"{case} {name}")
                    continue
                difference = ours - before - (moved := theirs - before)
                when = "updates 2 to 20"
                if step == 0:
                    # Adam's first step goes by a gradient's sign alone, a whole learning rate: where the gradient is
                    # near zero, rounding decides which way. So only gradients with a clear sign are compared.
                    when, gradient = "the first update", numpy.abs(by_name[name].numpy())
                    difference = difference * (gradient > 1e-3 * gradient.max())
                error = numpy.linalg.norm(difference) / numpy.linalg.norm(moved)
                ledger.record(
                    f"training from the peer's state, {when}", error, 1e-3 if step == 0 else 0.05,
                    "a gradient's error is some 1e-5, and a thousand times that where Adam divides a small gradient "
                    "by a size that was smaller still; signs, compared in the first step, do not have that",
                    f"{case} {name}")


def decided(model, x):
    """Whether no ReLU and no maximum of a training step on these images hangs on the rounding of float32.

    One that does counts in one library and not in the other: a difference of a share of the gradient, by chance.
    """
    values = tensorflow.constant(x.astype("float64"))
    for layer in model.layers:
        if getattr(layer, "activation", None) is keras.activations.relu:
            layer.activation = keras.activations.linear
            values = layer(values)
            layer.activation = keras.activations.relu
            if numpy.abs(values).min() < EDGE * numpy.std(values):
                return False
            values = keras.activations.relu(values)
        elif isinstance(layer, keras.layers.MaxPooling2D):
            pooled = layer(values).numpy()
            windows = values.numpy().reshape(len(pooled), pooled.shape[1], 2, pooled.shape[2], 2, -1)
            windows = numpy.sort(windows.transpose(0, 1, 3, 5, 2, 4).reshape(-1, 4), axis=1)
            gaps = windows[:, 3] - windows[:, 2]
            # Values that a ReLU made equal, and that were normalized alike, are the same in both libraries.
            if ((gaps > 1e-14) & (gaps < EDGE)).any():
                return False
            values = tensorflow.constant(pooled)
        else:
            values = layer(values, training=True)
    return True


def moments_of(optimizer, count):
    """Keras's first and second moments, in the order of the variables."""
    return optimizer._momentums[:count], optimizer._velocities[:count]


def whole_gradient(ledger, random, cases):
    """The gradient of the report's whole network against float64, beside PyTorch's own contiguous float32."""
    import torch

    squares, losses = {}, {"bfloat16": [], "PyTorch bfloat16": []}
    for number in range(cases):
        batch = int(random.choice([29, 32, 37]))
        x = random.uniform(0, 1, (batch, 32, 32, 3)).astype("float32")
        y = random.integers(0, 10, batch)
        reference = pytorch_network(dropout=False).double().train()
        weights = {name: value.numpy().astype("float32") for name, value in reference.state_dict().items()}
        reference.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
        expected, expected_loss = pytorch_gradients(reference, x.astype("float64"), y)
        single = pytorch_network(dropout=False).train()
        single.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
        peers, _ = pytorch_gradients(single, x, y)
        with torch.autocast("cpu", torch.bfloat16):
            halves, halves_loss = pytorch_gradients(single, x, y)
        results = {"PyTorch": peers, "PyTorch bfloat16": halves}
        losses["PyTorch bfloat16"].append(halves_loss - expected_loss)
        for label, precision, convolution in (
                ("float32 direct", "float32", "direct"), ("float32 Winograd", "float32", "automatic"),
                ("bfloat16", "bfloat16", "automatic")):
            model = bigeggs.Sequential(
                [bigeggs.layers.Input((32, 32, 3)),
                 *(getattr(bigeggs.layers, kind)(**given)
                   for kind, given in report_stack((32, 64, 128), (512, 1024))[:-1]),
                 bigeggs.layers.Dense(10, activation="softmax")],
                precision=precision, convolution=convolution)
            model.set_weights(keras_order(reference, weights))
            value, gradients = testing.loss_and_gradients(model, x, y)
            results[label] = list(gradients.values())
            if precision == "float32":
                ledger.compare(f"whole network, loss, {label}", value, expected_loss, *tolerances.winograd(1152),
                               f"batch {batch}", 1)
            else:
                losses["bfloat16"].append(value - expected_loss)
        for label, gradients in results.items():
            for index, (ours, truth) in enumerate(zip(gradients, expected)):
                share = numpy.linalg.norm(ours - truth) / numpy.linalg.norm(truth)
                squares.setdefault(label, []).append(share**2)
    # The median over all tensors and batches: where a ReLU or a maximum happens to be so close to its edge that
    # float32 decides otherwise, in ours or in PyTorch's, that batch's errors are a hundred times larger.
    errors = {label: numpy.sqrt(numpy.median(values)) for label, values in squares.items()}
    for label, times, why in (
            ("float32 direct", 3, "the same sums in another order, of which neither is the better one"),
            ("float32 Winograd", 10, "Winograd's transforms make ten times the error of a direct sum")):
        ledger.record(
            f"whole network, gradient, {label}, in PyTorch's own errors", errors[label] / errors["PyTorch"], times,
            why, f"PyTorch {errors['PyTorch']:.1e}, ours {errors[label]:.1e}")
    ledger.record(
        "whole network, gradient, bfloat16, in errors of PyTorch's autocast",
        errors["bfloat16"] / errors["PyTorch bfloat16"], 2,
        "both round every activation; which ReLUs flip by it, one in some hundred, is chance",
        f"PyTorch {errors['PyTorch bfloat16']:.1e}, ours {errors['bfloat16']:.1e}")
    halves = {label: numpy.sqrt(numpy.mean(numpy.square(values))) for label, values in losses.items()}
    ledger.record(
        "whole network, loss, bfloat16, in errors of PyTorch's autocast",
        halves["bfloat16"] / halves["PyTorch bfloat16"], 8,
        "two samples of rounding noise, of a few values each: their ratio is beyond 8 once in thousands",
        f"PyTorch {halves['PyTorch bfloat16']:.1e}, ours {halves['bfloat16']:.1e}")


def pytorch_gradients(model, x, y):
    """PyTorch's gradients in Keras's order and shapes, and its loss. Contiguous memory."""
    import torch

    images = torch.tensor(x).permute(0, 3, 1, 2).contiguous()
    value = torch.nn.functional.cross_entropy(model(images), torch.tensor(y))
    model.zero_grad()
    value.backward()
    gradients = {name: parameter.grad.numpy().copy() for name, parameter in model.named_parameters()}
    return keras_order(model, gradients), float(value.detach())


def keras_order(model, values):
    """PyTorch's tensors in Keras's order and shapes: kernels with the outputs last, features as Flatten has them."""
    result, channels = [], None
    for number, layer in enumerate(model):
        for name in ("weight", "bias", "running_mean", "running_var"):
            value = values.get(f"{number}.{name}")
            if value is None:
                continue
            if value.ndim == 4:
                channels, value = len(value), value.transpose(2, 3, 1, 0)
            elif value.ndim == 2:
                if channels is not None:  # The first after Flatten: channels, rows, columns in PyTorch.
                    side = int(round((value.shape[1] / channels) ** 0.5))
                    value = value.reshape(-1, channels, side, side).transpose(0, 2, 3, 1).reshape(len(value), -1)
                    channels = None
                value = value.T
            result.append(numpy.ascontiguousarray(value))
    return result
