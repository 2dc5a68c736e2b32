"""Compares optimizers with Keras's in float64 on random gradients, and learning rates with Keras's and PyTorch's."""

import math

import bigeggs
import keras
import numpy
import tensorflow
from bigeggs import testing

from parity import tolerances


def single(value):
    """A setting rounded to float32, as the library stores it, so that the peer gets the same number."""
    return float(numpy.float32(value))


def moments_of(optimizer, count):
    """Keras's first and second moments, in the order of the variables."""
    return optimizer._momentums[:count], optimizer._velocities[:count]


class Shadow:
    """A Keras optimizer that computes in float64, and the allowed errors of the same steps in float32.

    Each element of a parameter has its own allowed error. In float32, each step rounds the parameter. Adam changes it
    by a quotient of moments, SGD by a velocity. Each step also rounds the moments and velocities; these rounding errors
    decay as the moments do. `reach` adds up bounds of the changes, from the absolute values of their terms: terms of
    opposite sign do not cancel.
    """

    why = ("three parts: seven standard deviations of a parameter's roundings in the steps that change it by 128 unit "
           "roundoffs or more; one unit roundoff for each smaller step and for each weight decay, because these "
           "roundings repeat and add up; and the roundings of a step's operations and of the moments, which decay as "
           "the moments do")

    def __init__(self, optimizer, start):
        self.optimizer = optimizer
        # Keras computes a schedule in float32: its error is relative to the greatest rate, at small rates too.
        schedule = getattr(optimizer, "_learning_rate", None)
        self.greatest = 0.0
        if isinstance(schedule, keras.optimizers.schedules.CosineDecay):
            self.greatest = max(schedule.initial_learning_rate, schedule.warmup_target or 0)
        self.variables = [keras.Variable(value, dtype="float64") for value in start]
        optimizer.build(self.variables)
        self.steps = 0
        self.squares, self.steady = ([numpy.zeros(value.shape) for value in start] for _ in range(2))
        self.reach = [numpy.zeros(value.shape) for value in start]

    def restore(self, step, first, second):
        """Sets the state of Adam after `step` steps."""
        self.optimizer.iterations.assign(step)
        for moments, values in zip(moments_of(self.optimizer, len(self.variables)), (first, second)):
            for moment, value in zip(moments, values):
                moment.assign(numpy.asarray(value, "float64"))

    def apply(self, gradients):
        """Makes a step, and adds to the bounds."""
        rate = float(self.optimizer.learning_rate) + self.greatest
        step = int(self.optimizer.iterations) + 1
        gradients = [numpy.asarray(gradient, "float64") for gradient in gradients]
        before = [value.numpy() for value in self._velocities()]
        self.optimizer.apply([tensorflow.constant(gradient) for gradient in gradients])
        self.steps += 1
        for index, (gradient, old, variable) in enumerate(zip(gradients, before, self.variables)):
            if isinstance(self.optimizer, keras.optimizers.SGD):
                momentum = self.optimizer.momentum
                change = (momentum * numpy.abs(old) + rate * numpy.abs(gradient)) * (1 + momentum)
            else:
                second = moments_of(self.optimizer, len(gradients))[1][index].numpy()
                alpha = rate * math.sqrt(1 - self.optimizer.beta_2**step) / (1 - self.optimizer.beta_1**step)
                change = alpha * (numpy.abs(old) + numpy.abs(gradient)) / (numpy.sqrt(second) + self.optimizer.epsilon)
            value = numpy.abs(variable.numpy())
            few = change < 128 * tolerances.UNIT * value
            self.squares[index] += numpy.where(few, 0, value**2)
            self.steady[index] += few * value + bool(self.optimizer.weight_decay) * value
            self.reach[index] += change

    def _velocities(self):
        if isinstance(self.optimizer, keras.optimizers.SGD):
            found = getattr(self.optimizer, "momentums", None)
            return found or [keras.Variable(numpy.zeros(value.shape)) for value in self.variables]
        return moments_of(self.optimizer, len(self.variables))[0]

    def values(self):
        """The parameters."""
        return [variable.numpy() for variable in self.variables]

    def bounds(self):
        """The allowed errors of the parameters in float32."""
        deviations = tolerances.DEVIATIONS * tolerances.ROUNDING
        if isinstance(self.optimizer, keras.optimizers.SGD):
            operations = 4 + 2 / (1 - self.optimizer.momentum)
        else:
            lasting = min(self.steps, 1 / (2 * (1 - self.optimizer.beta_2)))
            operations = 8 + 2 / (1 - self.optimizer.beta_1) + deviations / 2 * math.sqrt(lasting)
        return [tolerances.UNIT * (deviations * numpy.sqrt(squares) + steady + operations * reach)
                for squares, steady, reach in zip(self.squares, self.steady, self.reach)]


def follow(ledger, label, random, ours, theirs, steps, halve=False):
    """Runs both optimizers on the same random gradients, whose sizes span eight orders of magnitude; some are zero.

    With `halve`, the second half of the steps has half the learning rate.
    """
    rows, columns = int(random.integers(1, 40)), int(random.choice([2, 3, 16, 33]))
    model = bigeggs.Sequential([bigeggs.layers.Input((rows,)), bigeggs.layers.Dense(columns, activation="softmax")])
    model.compile(optimizer=ours, loss="sparse_categorical_crossentropy")
    start = [random.normal(0, 0.3, shape).astype("float32") for shape in ((rows, columns), (columns,))]
    model.set_weights(start)
    shadow = Shadow(theirs, start)
    sizes = [10.0 ** random.uniform(-7, 1, value.shape) for value in start]
    names = model.weights.names
    case = str(ours.settings())
    for step in range(steps):
        if halve and step == steps // 2:
            rate = ours.learning_rate / 2
            ours.learning_rate = theirs.learning_rate = rate
        gradients = [(random.normal(0.2, 1, size.shape) * size).astype("float32") for size in sizes]
        for gradient in gradients:
            gradient[random.random(gradient.shape) < 0.05] = 0
        testing.apply_gradients(model, dict(zip(names, gradients)))
        shadow.apply(gradients)
        if step + 1 in (1, 2, 10, steps):
            for value, variable, bound in zip(model.get_weights(), shadow.values(), shadow.bounds()):
                ledger.bounded(label, value, variable, bound, shadow.why, f"step {step + 1} {case}")


def adam(ledger, random, cases):
    """100 steps of Adam on gradients of many sizes, the last 50 with half the learning rate."""
    for _ in range(cases):
        settings = {
            "learning_rate": float(random.choice([1e-3, 1e-2])), "beta_1": single(random.choice([0.9, 0.8])),
            "beta_2": single(random.choice([0.999, 0.99])), "epsilon": single(random.choice([1e-7, 1e-5])),
        }
        follow(ledger, "Adam, parameters in 100 steps", random, bigeggs.optimizers.Adam(**settings),
               keras.optimizers.Adam(**settings), 100, halve=True)


def others(ledger, random, cases):
    """50 steps of AdamW, and of SGD without momentum, with momentum, or with Nesterov's momentum.

    A third of the cases have a cosine decay of the learning rate. About half of those with SGD have weight decay.
    """
    for number in range(cases):
        rate = float(random.choice([1e-3, 1e-2]))
        ours = theirs = rate
        if number % 3 == 0:
            given = cosine(random)
            ours, theirs = bigeggs.optimizers.CosineDecay(**given), keras.optimizers.schedules.CosineDecay(**given)
        kind = ("AdamW", "SGD, plain", "SGD, momentum", "SGD, Nesterov's momentum")[number % 4]
        if kind == "AdamW":
            settings = {
                "weight_decay": float(random.choice([0.004, 0.1])), "beta_1": single(0.9), "beta_2": single(0.999)}
        else:
            settings = {
                "momentum": 0.0 if "plain" in kind else single(random.choice([0.5, 0.9])),
                "nesterov": "Nesterov" in kind, "weight_decay": float(random.choice([0, 0.05]))}
        name = kind.split(",")[0]
        follow(ledger, f"{kind}, parameters in 50 steps", random, getattr(bigeggs.optimizers, name)(ours, **settings),
               getattr(keras.optimizers, name)(theirs, **settings), 50)


def cosine(random):
    """Settings of a cosine decay."""
    given = {
        "initial_learning_rate": float(random.uniform(1e-4, 0.1)), "decay_steps": int(random.integers(1, 60)),
        "alpha": float(random.choice([0, 0.1, 1]))}
    if random.random() < 0.5:
        given |= {"warmup_target": float(random.uniform(1e-3, 0.1)), "warmup_steps": int(random.integers(1, 20))}
    return given


def schedules(ledger, random, cases):
    """Compares each step's learning rate with Keras's CosineDecay and PolynomialDecay and PyTorch's OneCycleLR."""
    import torch

    for number in range(cases):
        if number % 3 == 2:
            label = "PolynomialDecay, learning rate of each step"
            given = {
                "initial_learning_rate": float(random.uniform(1e-4, 0.1)), "decay_steps": int(random.integers(1, 60)),
                "end_learning_rate": float(random.choice([0, 1e-5])), "power": float(random.choice([0.5, 1, 2]))}
            schedule = bigeggs.optimizers.PolynomialDecay(**given)
            theirs = keras.optimizers.schedules.PolynomialDecay(**given)
            expected = [float(theirs(step)) for step in range(80)]
        elif number % 3:
            label, given = "CosineDecay, learning rate of each step", cosine(random)
            schedule, theirs = bigeggs.optimizers.CosineDecay(**given), keras.optimizers.schedules.CosineDecay(**given)
            expected = [float(theirs(step)) for step in range(80)]
        else:
            label, share = "OneCycle, learning rate of each step", float(random.choice([0.1, 0.3, 0.5]))
            # PyTorch divides by zero where the first step is the peak.
            steps = int(random.choice([count for count in range(2, 80) if count * share != 1]))
            given = {
                "max_learning_rate": float(random.uniform(1e-3, 2)), "total_steps": steps,
                "pct_start": share, "div_factor": float(random.uniform(1, 30)),
                "final_div_factor": float(random.uniform(1, 1e4))}
            schedule = bigeggs.optimizers.OneCycle(**given)
            optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
            torchs = torch.optim.lr_scheduler.OneCycleLR(
                optimizer, given["max_learning_rate"], total_steps=steps, pct_start=given["pct_start"],
                div_factor=given["div_factor"], final_div_factor=given["final_div_factor"], cycle_momentum=False)
            expected = []
            for step in range(steps):
                expected.append(torchs.get_last_lr()[0])
                optimizer.step()
                if step + 1 < steps:
                    torchs.step()
        model = bigeggs.Sequential([bigeggs.layers.Input((1,)), bigeggs.layers.Dense(2, activation="softmax")])
        optimizer = bigeggs.optimizers.SGD(schedule)
        model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
        nothing = {name: numpy.zeros_like(value) for name, value in model.weights.items()}
        rates = []
        for _ in expected:
            rates.append(optimizer.learning_rate)
            testing.apply_gradients(model, nothing)
        if number % 3:
            allowed = 16 * tolerances.UNIT
            why = "Keras computes in float32: the fraction of steps done, its cosine or power, and further operations"
        else:
            allowed, why = 16 * 2.0**-53, "both compute a few operations in float64"
        ledger.compare(label, rates, expected, allowed, why, str(given))
