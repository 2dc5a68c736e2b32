"""The network and the optimizer of the recipe `fast`, in PyTorch."""

import torch

WIDTHS = 64, 256, 256


class Normalization(torch.nn.BatchNorm2d):
    """Batch normalization that trains only its shift, and keeps 0.6 of its moving statistics in each step."""

    def __init__(self, channels):
        super().__init__(channels, eps=1e-12, momentum=0.4)
        self.weight.requires_grad = False


def convolution(inputs, outputs):
    """Returns a 3×3 convolution without a bias. Its first outputs are initialized to copy the inputs."""
    layer = torch.nn.Conv2d(inputs, outputs, 3, padding="same", bias=False)
    with torch.no_grad():
        torch.nn.init.dirac_(layer.weight[:inputs])
    return layer


def network():
    """Returns the network, from images `[batch, 3, 32, 32]` to logits.

    Of the whitening convolution, only the bias is trained; its kernel keeps its random values.
    """
    whitening = torch.nn.Conv2d(3, 24, 2)
    whitening.weight.requires_grad = False
    layers = [whitening, torch.nn.GELU()]
    inputs = 24
    for width in WIDTHS:
        layers += [
            convolution(inputs, width), torch.nn.MaxPool2d(2), Normalization(width), torch.nn.GELU(),
            convolution(width, width), Normalization(width), torch.nn.GELU(),
        ]
        inputs = width
    head = torch.nn.Linear(inputs, 10, bias=False)
    with torch.no_grad():
        head.weight /= head.weight.std()
    return torch.nn.Sequential(*layers, torch.nn.MaxPool2d(3), torch.nn.Flatten(), head, Scale(1 / 256))


class Scale(torch.nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, values):
        return values * self.factor


def orthogonal(matrix, steps=3):
    """Returns a matrix with its singular values brought near 1. It must not have more rows than columns."""
    matrix = matrix / (matrix.norm() + 1e-7)
    for _ in range(steps):
        square = matrix @ matrix.T
        matrix = 3.4445 * matrix + (2.0315 * square @ square - 4.7750 * square) @ matrix
    return matrix


class Muon(torch.optim.Optimizer):
    """Muon: Nesterov's momentum, orthogonalized, for kernels. Each step first scales a kernel to a norm of √outputs."""

    def __init__(self, kernels, lr=0.24, momentum=0.6, precision=torch.float32):
        super().__init__(kernels, {"lr": lr, "momentum": momentum})
        self.precision = precision

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for kernel in group["params"]:
                state = self.state[kernel]
                sums = state.setdefault("sums", torch.zeros_like(kernel))
                sums.mul_(group["momentum"]).add_(kernel.grad)
                direction = kernel.grad.add(sums, alpha=group["momentum"]).flatten(1).to(self.precision)
                # `orthogonal` needs at most as many rows as columns; its square matrix is then the smaller one.
                wide = direction.shape[0] <= direction.shape[1]
                direction = orthogonal(direction) if wide else orthogonal(direction.T).T
                kernel.mul_(len(kernel) ** 0.5 / kernel.norm())
                kernel.add_(direction.reshape(kernel.shape).to(kernel.dtype), alpha=-group["lr"])


def optimizers(model, batch, precision=torch.float32):
    """Returns Muon for the six kernels, and SGD with Nesterov's momentum for biases, shifts and the head.

    `batch` is the number of images in a step, `precision` that of Muon's orthogonalization.
    """
    learnt = [value for value in model.parameters() if value.requires_grad]
    rates = [(value, 0.67 if value.ndim == 2 else 0.053) for value in learnt if value.ndim < 4]
    return [
        Muon([value for value in learnt if value.ndim == 4], precision=precision),
        torch.optim.SGD(
            [{"params": [value], "lr": rate, "weight_decay": 2e-6 * batch / rate} for value, rate in rates],
            momentum=0.85, nesterov=True),
    ]
