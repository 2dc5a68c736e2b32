"""Makes Tests/BigEggsTests/Fixtures/optimizers.safetensors and schedules.json.

The first has parameters after steps of Keras's SGD, AdamW and RMSprop, with and without clipping, and of Muon in
NumPy. The second has the learning rates of Keras's CosineDecay and PolynomialDecay and of PyTorch's OneCycleLR.

Run from the root of the repository, after `make .build-peers/ready`:

    .build-peers/bin/python Tests/Peers/fixtures_optimizers.py

The gradients are fixed beforehand, so only the optimizers' own arithmetic is compared.
"""

import json
import pathlib

import keras
import numpy
import torch
from safetensors.numpy import save_file

FIXTURES = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures"
STEPS, COUNT, RECORDED = 40, 32, [0, 1, 9, 39]

OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.01),
    "momentum": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
    "sgd_decay": lambda: keras.optimizers.SGD(0.1, momentum=0.5, weight_decay=0.05),
    "adamw": lambda: keras.optimizers.AdamW(1e-3),
    "adamw_strong": lambda: keras.optimizers.AdamW(
        0.01, weight_decay=0.1, beta_1=0.8, beta_2=0.99, epsilon=1e-5),
    "rmsprop": lambda: keras.optimizers.RMSprop(1e-3),
    "rmsprop_momentum": lambda: keras.optimizers.RMSprop(1e-3, rho=0.8, momentum=0.7, epsilon=1e-5),
    "rmsprop_centered": lambda: keras.optimizers.RMSprop(
        1e-3, momentum=0.5, centered=True, epsilon=1e-3, weight_decay=0.05),
    "clipvalue": lambda: keras.optimizers.SGD(0.01, momentum=0.9, clipvalue=0.05),
    "clipnorm": lambda: keras.optimizers.SGD(0.01, momentum=0.9, clipnorm=0.5),
    "global_clipnorm": lambda: keras.optimizers.AdamW(1e-3, global_clipnorm=0.25),
    "sgd_cosine": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.CosineDecay(0.1, 30), momentum=0.9),
}

COSINES = [
    {"initialLearningRate": 0.1, "decaySteps": 50},
    {"initialLearningRate": 1e-3, "decaySteps": 7, "alpha": 0.25},
    {"initialLearningRate": 0.0, "decaySteps": 40, "warmupTarget": 0.5, "warmupSteps": 10},
    {"initialLearningRate": 0.2, "decaySteps": 20, "alpha": 0.1, "warmupTarget": 0.1, "warmupSteps": 0},
    {"initialLearningRate": 0.01, "decaySteps": 33, "alpha": 1.0},
]

POLYNOMIALS = [
    {"initialLearningRate": 0.1, "decaySteps": 50},
    {"initialLearningRate": 0.24, "decaySteps": 40, "endLearningRate": 0.0},
    {"initialLearningRate": 1e-3, "decaySteps": 7, "endLearningRate": 1e-5, "power": 2.0},
    {"initialLearningRate": 0.5, "decaySteps": 33, "endLearningRate": 0.1, "power": 0.5},
]

CYCLES = [
    {"maxLearningRate": 0.1, "totalSteps": 60},
    {"maxLearningRate": 1e-3, "totalSteps": 25, "pctStart": 0.1, "divFactor": 10.0, "finalDivFactor": 100.0},
    {"maxLearningRate": 2.0, "totalSteps": 10, "pctStart": 0.5, "divFactor": 5.0, "finalDivFactor": 1.0},
]


def path(make, start, gradients, kind):
    """Returns the parameters after each of the recorded steps, computed in the float type `kind`."""
    variable = keras.Variable(start, dtype=kind)
    optimizer = make()
    optimizer.build([variable])
    steps = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype=kind)])
        steps.append(keras.ops.convert_to_numpy(variable))
    return numpy.stack(steps)[RECORDED].astype("float32")


MUONS = {
    "muon_wide": {"shape": (4, 8), "rate": 0.02, "momentum": 0.95, "nesterov": True, "normalizes": False},
    "muon_tall": {"shape": (8, 4), "rate": 0.05, "momentum": 0.6, "nesterov": False, "normalizes": False},
    "muon_normalized": {"shape": (2, 2, 2, 4), "rate": 0.1, "momentum": 0.6, "nesterov": True, "normalizes": True},
}


def muon(case, start, gradients):
    """Returns the parameters after each of the recorded steps of Muon, as its authors published it.

    A kernel has Keras's shape, with the outputs on the last axis. https://kellerjordan.github.io/posts/muon/
    """
    outputs = case["shape"][-1]
    weights = start.astype("float64").reshape(-1, outputs).T
    buffer = numpy.zeros_like(weights)
    steps = []
    for gradient in gradients.astype("float64"):
        g = gradient.reshape(-1, outputs).T
        buffer = case["momentum"] * buffer + g
        x = g + case["momentum"] * buffer if case["nesterov"] else buffer
        x = x / (numpy.linalg.norm(x) + 1e-7)
        tall = x.shape[0] > x.shape[1]
        x = x.T if tall else x
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        if case["normalizes"]:
            weights = weights * (outputs ** 0.5 / numpy.linalg.norm(weights))
        weights = weights - case["rate"] * (x.T if tall else x)
        steps.append(weights.T.reshape(-1))
    return numpy.stack(steps)[RECORDED].astype("float32")


def cosine(case):
    schedule = keras.optimizers.schedules.CosineDecay(
        case["initialLearningRate"], case["decaySteps"], alpha=case.get("alpha", 0.0),
        warmup_target=case.get("warmupTarget"), warmup_steps=case.get("warmupSteps", 0))
    return [float(keras.ops.convert_to_numpy(schedule(step))) for step in range(60)]


def polynomial(case):
    schedule = keras.optimizers.schedules.PolynomialDecay(
        case["initialLearningRate"], case["decaySteps"], end_learning_rate=case.get("endLearningRate", 0.0001),
        power=case.get("power", 1.0))
    return [float(keras.ops.convert_to_numpy(schedule(step))) for step in range(60)]


def cycle(case):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, case["maxLearningRate"], total_steps=case["totalSteps"],
        pct_start=case.get("pctStart", 0.3), div_factor=case.get("divFactor", 25.0),
        final_div_factor=case.get("finalDivFactor", 1e4), cycle_momentum=False)
    rates = []
    for step in range(case["totalSteps"]):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        if step + 1 < case["totalSteps"]:
            schedule.step()
    return rates


def main():
    random = numpy.random.default_rng(11)
    start = random.normal(0, 0.3, COUNT).astype("float32")
    sizes = 10.0 ** random.uniform(-4, 0, COUNT)
    gradients = (random.normal(0.2, 1, (STEPS, COUNT)) * sizes).astype("float32")
    gradients[:, 0] = 0
    tensors = {"start": start, "gradients": gradients}
    for name, make in OPTIMIZERS.items():
        for kind in ("float32", "float64"):
            tensors[f"{name}/{kind}"] = path(make, start, gradients, kind)
    for name, case in MUONS.items():
        tensors[f"{name}/float64"] = muon(case, start, gradients)
    save_file(tensors, FIXTURES / "optimizers.safetensors")

    schedules = {
        "keras": keras.__version__,
        "torch": torch.__version__.split("+")[0],
        "cosine_decay": [{**case, "rates": cosine(case)} for case in COSINES],
        "polynomial_decay": [{**case, "rates": polynomial(case)} for case in POLYNOMIALS],
        "one_cycle": [{**case, "rates": cycle(case)} for case in CYCLES],
    }
    (FIXTURES / "schedules.json").write_text(json.dumps(schedules, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
