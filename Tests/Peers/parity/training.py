"""Compares parts of a training: moving statistics, the loss, steps from the peer's state, the network's gradient."""

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing
from pytorch_network import network as pytorch_network

from parity import tolerances
from parity.decisions import Ours, Step, largest
from parity.optimizers import Shadow, moments_of, single
from parity.pair import Pair


def moving_statistics(ledger, random, cases):
    """Compares BatchNormalization's moving mean and variance after each of 50 steps, on batches of changing size."""
    for number in range(cases):
        channels, momentum = int(random.choice([1, 3, 17, 33])), single(random.choice([0.99, 0.9]))
        shape = (channels,) if number % 2 else (5, 3, channels)
        for precision in ("float32", "bfloat16"):
            pair = Pair([("BatchNormalization", {"momentum": momentum})], shape, random, precision, front=False)
            greatest = [numpy.abs(value) for value in pair.theirs.get_weights()[2:]]
            for step in range(50):
                batch = int(random.choice([2, 3, 7, 13]))
                offset = random.normal(0, 2, channels)
                x = tolerances.bfloat16(random.normal(offset, 1.5, (batch, *shape)))
                pair.forward(x, training=True)
                pair.reference(x, training=True)
                axes = tuple(range(x.ndim - 1))
                for index, ours, theirs, drawn in zip(
                        (0, 1), pair.ours.get_weights()[2:], pair.theirs.get_weights()[2:],
                        (numpy.abs(x.mean(axes, "float64")), x.var(axes, dtype="float64"))):
                    greatest[index] = numpy.maximum(greatest[index], numpy.maximum(numpy.abs(theirs), drawn))
                    lasting = min(step + 1, 1 / (1 - momentum**2))
                    roundings = tolerances.DEVIATIONS * tolerances.ROUNDING * numpy.sqrt(3 * lasting)
                    ledger.bounded(
                        f"BatchNormalization {precision}, moving {('mean', 'variance')[index]} in each of 50 steps",
                        ours, theirs, tolerances.UNIT * (4 + roundings) * greatest[index],
                        "seven standard deviations of three roundings per step, which decay as the statistic does, "
                        "and 4 roundoffs of the batch's statistic", f"{shape} momentum {momentum}")


def loss(ledger, random, cases):
    """Compares the loss and its gradient, for logits with standard deviations from 0 to 10,000, with ties."""
    for number in range(cases):
        classes, batch = int(random.choice([2, 3, 10, 17])), int(random.choice([1, 3, 33]))
        size = [0, 1e-6, 1, 30, 88, 104, 1e4][number % 7]
        x = (random.normal(0, 1, (batch, classes)) * size).astype("float32")
        if random.random() < 0.3:
            x[:, 0] = x[:, -1]
        y = random.integers(0, classes, batch).astype("int32")
        model = bigeggs.Sequential(
            [bigeggs.layers.Input((classes,)), bigeggs.layers.Dense(classes, activation="softmax")])
        # The kernel is the identity matrix, so the logits are the inputs.
        model.set_weights([numpy.eye(classes, dtype="float32"), numpy.zeros(classes, "float32")])
        logits = tensorflow.constant(x.astype("float64"))
        with tensorflow.GradientTape() as tape:
            tape.watch(logits)
            expected = tensorflow.reduce_mean(
                keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))
        gradient = tape.gradient(expected, logits).numpy()
        value, gradients = testing.loss_and_gradients(model, x, y)
        case = f"{x.shape} logits around {size}"
        # The loss is log Σ exp(l − greatest) − (label's logit − greatest). The differences, the exponentials, their sum
        # and the logarithm are each rounded.
        below = (x.max(1, keepdims=True) - x).astype("float64")
        shares = numpy.exp(-below) / numpy.exp(-below).sum(1, keepdims=True)
        off = tolerances.UNIT * ((shares * below).sum(1) + classes + 4)
        label = below[numpy.arange(batch), y]
        ledger.bounded(
            "loss, for logits up to 40,000", value, float(expected),
            (off + tolerances.UNIT * (2 * label + 2 * numpy.log(classes))).mean(),
            "the rounding of each difference of logits, which becomes a relative error of its exponential; one "
            "rounding per class and operation; those of the logarithm and of the loss", case, max(1, float(expected)))
        share = tolerances.UNIT * (below + classes + 8)
        bound = ((share + off[:, None]) * shares + 2 * tolerances.UNIT) / batch
        ledger.bounded(
            "gradient of the loss", list(gradients.values())[1], gradient.sum(0),
            bound.sum(0) + tolerances.sums(batch, numpy.sqrt((gradient**2).sum(0))),
            "the error of a probability, as in the loss; the roundings of the target, of the mean over the batch and "
            "of its sum", case, 1)


def report_stack(filters, units):
    """Returns the layers of the report's network without dropout, which end in logits, as Keras's names and arguments.

    Each number in `filters` is that of two convolutions, each number in `units` that of a dense layer.
    """
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


def keras_stack(layers, shape, dtype="float64"):
    """Returns Keras's network of `layers`, pairs of a class name and its arguments."""
    return keras.Sequential(
        [keras.Input(shape, dtype=dtype)]
        + [getattr(keras.layers, kind)(**given, dtype=dtype) for kind, given in layers])


class Errors:
    """Relative errors of tensors over several batches, by library and by name."""

    def __init__(self):
        self.squares = {}

    def note(self, whose, name, found, truth):
        """Adds one batch's tensor; `truth` has its values in float64."""
        sums = self.squares.setdefault(whose, {}).setdefault(name, [0.0, 0.0])
        sums[0] += ((found.astype("float64") - truth) ** 2).sum()
        sums[1] += (truth**2).sum()

    def of(self, whose, name):
        """Returns the root mean square of the errors, as a share of that of the values."""
        error, size = self.squares[whose][name]
        return numpy.sqrt(error / size)

    def record(self, ledger, label, whose, peers, expected, why):
        """Records two lines: the quotient of two libraries' errors over all tensors, and the greatest of a single one.

        `expected` is the quotient that follows from the arithmetic. All tensors together have thousands of
        independent roundings, and chance changes their quotient by a tenth. A small tensor has a few dozen
        roundings: the quotient of the sizes of two sets of twenty random numbers exceeds 3 once in 300,000.
        """
        names = list(self.squares[whose])
        sizes = [[self.of(who, name) for name in names] for who in (whose, peers)]
        ours, theirs = (numpy.sqrt(numpy.mean(numpy.square(size))) for size in sizes)
        ledger.record(f"{label}, all tensors", ours / theirs, 1.5 * expected,
                      f"{why}: {expected:.1f}, and half of that again for chance",
                      f"{peers} {theirs:.1e}, ours {ours:.1e}")
        for name, ours, theirs in zip(names, *sizes):
            ledger.record(f"{label}, each tensor", ours / theirs, 3 * expected,
                          f"{why}: {expected:.1f}, multiplied by three for chance in small tensors",
                          f"{name}: {peers} {theirs:.1e}, ours {ours:.1e}")


def step_by_step(ledger, random, cases):
    """Compares 20 steps of a training; before each, our weights, statistics and moments are set to the peer's."""
    shape, layers = (12, 12, 3), report_stack((16, 32), (33,))
    for _ in range(cases):
        model, single, ours = keras_stack(layers, shape), keras_stack(layers, shape, "float32"), Ours(layers, shape)
        learning_rate, errors = 1e-3, Errors()
        ours.model.compile(optimizer=bigeggs.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
        optimizer = keras.optimizers.Adam(learning_rate)
        optimizer.build(model.trainable_variables)
        all_names = ours.model.weights.names
        names = [name for name in all_names if "moving" not in name]
        for step in range(20):
            batch = int(random.choice([5, 7, 16]))
            y = random.integers(0, 10, batch).astype("int32")
            x = (random.normal(0, 0.3, (batch, *shape)) + y[:, None, None, None] / 10).astype("float32")
            # All start from the same numbers: the peer's, rounded to float32.
            state = [value.astype("float32") for value in model.get_weights()]
            first, second = (
                {name: moment.numpy().astype("float32") for name, moment in zip(names, moments)}
                for moments in moments_of(optimizer, len(names)))
            for moments, values in zip(moments_of(optimizer, len(names)), (first, second)):
                for moment, value in zip(moments, values.values()):
                    moment.assign(value.astype("float64"))
            single.set_weights(state)
            peers = Step(single, x, y)
            model.set_weights(state)
            truth = Step(model, x, y, peers.decisions)
            for name, found, expected in zip(names, peers.gradients, truth.gradients):
                errors.note("Keras's float32", name, found, expected)

            # This is our step. Its gradient is computed separately before.
            ours.model.set_weights(state)
            _, gradients = testing.loss_and_gradients(ours.model, x, y)
            ours.model.set_weights(state)
            testing.set_optimizer_state(ours.model, step, first, second)
            value, _ = ours.model.train_on_batch(x, y)
            moved = dict(zip(all_names, ours.model.get_weights()))
            model.set_weights(state)
            truth = Step(model, x, y, ours.decisions(state, x))
            for name, expected in zip(names, truth.gradients):
                errors.note("ours", name, gradients[name], expected)
            case = f"step {step + 1}"
            logits = ours.logits(state, x)
            ledger.bounded(
                "training from the peer's state, loss of each of 20 steps", value, truth.loss,
                loss_bound(logits, truth.logits),
                "the errors of the logits: a loss changes at most by the difference of two of these errors", case)
            shadow = Shadow(keras.optimizers.Adam(learning_rate), [dict(zip(all_names, state))[name] for name in names])
            shadow.restore(step, first.values(), second.values())
            shadow.apply([gradients[name] for name in names])
            for name, variable, bound in zip(names, shadow.values(), shadow.bounds()):
                ledger.bounded(
                    "training from the peer's state, weights by our own gradient", moved[name], variable, bound,
                    shadow.why, f"{case} {name}")
            for name, theirs in zip(all_names, model.get_weights()):
                if "moving" in name:
                    ledger.bounded(
                        "training from the peer's state, moving statistics", moved[name], theirs,
                        8 * tolerances.UNIT * max(1, numpy.abs(theirs).max()),
                        "three roundings, and a hundredth of the error of the batch's statistic", f"{case} {name}")
            optimizer.apply([tensorflow.constant(value) for value in truth.gradients])
        errors.record(
            ledger, "training from the peer's state, gradient, in Keras's errors", "ours", "Keras's float32",
            *MULTIPLES["float32 Winograd"])


def loss_bound(logits, truth):
    """Returns the allowed difference of two mean cross-entropies, from that of their logits."""
    off = logits.astype("float64") - truth
    spread = numpy.abs(truth - truth.max(1, keepdims=True)).max(1)
    return (off.max(1) - off.min(1) + tolerances.UNIT * (4 * spread + 16)).mean()


#: Our error as a multiple of the peer's, as it follows from the arithmetic, and the reason.
MULTIPLES = {
    "float32 direct": (1, "the same sums in two orders, neither of which is more exact"),
    "float32 Winograd": (
        tolerances.WINOGRAD["float32"].outputs(16, 1) / tolerances.sums(9 * 16, 1),
        "Winograd's error as a multiple of a direct sum's, for 16 channels, where it is largest"),
    "bfloat16 direct": (1, "both round the same activations and gradients once"),
    "bfloat16 Winograd": (
        numpy.hypot(tolerances.WINOGRAD["bfloat16"].outputs(64, 1), tolerances.ROUNDED_BEFORE)
        / tolerances.ROUNDED_BEFORE,
        "Winograd's error and one rounding of the output together, as a multiple of that rounding alone"),
}


def whole_gradient(ledger, random, cases):
    """Compares the errors of the whole network's gradient, against float64, with those of PyTorch's gradient."""
    import torch

    torch.manual_seed(int(random.integers(1 << 31)))
    shape, layers = (32, 32, 3), report_stack((32, 64, 128), (512, 1024))
    reference = keras_stack(layers, shape)
    ours = {
        f"{precision} {'Winograd' if convolution == 'automatic' else 'direct'}":
            Ours(layers, shape, precision, convolution)
        for precision in ("float32", "bfloat16") for convolution in ("direct", "automatic")}
    peers = {label: "PyTorch" if "float32" in label else "PyTorch's autocast" for label in ours}
    # These are the allowed errors of a convolution of 128 channels, or of rounding its outputs once, or of both.
    one_layer = {
        "float32 direct": tolerances.sums(9 * 128, 1),
        "float32 Winograd": tolerances.WINOGRAD["float32"].outputs(128, 1),
        "bfloat16 direct": tolerances.ROUNDED_BEFORE,
        "bfloat16 Winograd": numpy.hypot(
            tolerances.WINOGRAD["bfloat16"].outputs(128, 1), tolerances.ROUNDED_BEFORE)}
    errors, flips, decided = Errors(), {}, 0
    names = [name for name in ours["float32 direct"].model.weights.names if "moving" not in name]
    for _ in range(cases):
        batch = int(random.choice([29, 32, 37]))
        x = random.uniform(0, 1, (batch, *shape)).astype("float32")
        y = random.integers(0, 10, batch)
        network = drawn_network(random)
        weights = keras_order(network, {name: value.numpy() for name, value in network.state_dict().items()})
        results = {"PyTorch": pytorch_step(network, x, y)}
        with torch.autocast("cpu", torch.bfloat16):
            results["PyTorch's autocast"] = pytorch_step(network, x, y)
        for label, own in ours.items():
            own.model.set_weights(weights)
            value, gradients = testing.loss_and_gradients(own.model, x, y)
            results[label] = list(gradients.values()), own.logits(weights, x), value, own.decisions(weights, x)
        for label, (gradients, logits, value, decisions) in results.items():
            reference.set_weights(weights)
            truth = Step(reference, x, y, decisions)
            flips[label] = flips.get(label, 0) + truth.flips
            pairs = zip(["logits", *names], [logits, *gradients], [truth.logits, *truth.gradients])
            for name, found, expected in pairs:
                errors.note(label, name, found, expected)
            if label in ours:
                ledger.bounded(
                    f"whole network, loss, {label}", value, truth.loss, loss_bound(logits, truth.logits),
                    "the errors of the logits: a loss changes at most by the difference of two of these errors", batch)
        decided += truth.decided
    for label in ours:
        errors.record(ledger, f"whole network, gradient, {label}, in PyTorch's errors", label, peers[label],
                      *MULTIPLES[label])
        ledger.record(
            f"whole network, decisions unlike float64's, {label}", flips[label] / decided,
            0.4 * 8 * one_layer[label] / tolerances.DEVIATIONS,
            "the density of a normally distributed value at zero, 0.4, times the standard deviation of its error: the "
            "sum over eight layers, each with one rounding to bfloat16 or a convolution of 128 channels in float32",
            f"{flips[label]} of {decided}; PyTorch {flips[peers[label]]}")


def drawn_network(random):
    """Returns the report's network in PyTorch, with PyTorch's initial kernels and random biases, scales and shifts."""
    import torch

    network = pytorch_network(dropout=False).train()
    with torch.no_grad():
        for layer in network:
            for name, parameter in layer.named_parameters():
                if parameter.ndim > 1:
                    continue
                values = random.normal(0, 0.1, parameter.shape)
                if name == "weight":
                    values = random.uniform(0.5, 1.5, parameter.shape) * random.choice([-1, 1], parameter.shape)
                parameter.copy_(torch.tensor(values))
    return network


def pytorch_step(model, x, y):
    """Returns PyTorch's gradients in Keras's order and shapes, logits, loss and decisions.

    PyTorch gets `x` with channels first, contiguous in memory.
    """
    import torch

    decisions, hooks = [], []

    def channels_last(values):
        values = values.detach().float().numpy()
        return values.transpose(0, 2, 3, 1) if values.ndim == 4 else values

    for layer in model:
        if isinstance(layer, torch.nn.ReLU):
            hooks.append(layer.register_forward_hook(
                lambda layer, inputs, output: decisions.append(channels_last(output) > 0)))
        elif isinstance(layer, torch.nn.MaxPool2d):
            hooks.append(layer.register_forward_hook(
                lambda layer, inputs, output: decisions.append(largest(channels_last(inputs[0])))))
    images = torch.tensor(x).permute(0, 3, 1, 2).contiguous()
    logits = model(images)
    for hook in hooks:
        hook.remove()
    value = torch.nn.functional.cross_entropy(logits, torch.tensor(y))
    model.zero_grad()
    value.backward()
    gradients = {name: parameter.grad.numpy().copy() for name, parameter in model.named_parameters()}
    return keras_order(model, gradients), channels_last(logits), float(value.detach()), decisions


def keras_order(model, values):
    """Returns PyTorch's tensors in Keras's order and shapes.

    Kernels have the outputs last, features the order of Flatten.
    """
    result, channels = [], None
    for number in range(len(model)):
        for name in ("weight", "bias", "running_mean", "running_var"):
            value = values.get(f"{number}.{name}")
            if value is None:
                continue
            if value.ndim == 4:
                channels, value = len(value), value.transpose(2, 3, 1, 0)
            elif value.ndim == 2:
                if channels is not None:  # In PyTorch, the first layer after Flatten reads channels, rows, columns.
                    side = int(round((value.shape[1] / channels) ** 0.5))
                    value = value.reshape(-1, channels, side, side).transpose(0, 2, 3, 1).reshape(len(value), -1)
                    channels = None
                value = value.T
            result.append(numpy.ascontiguousarray(value))
    return result
