"""The report's network in PyTorch, with Keras's defaults. ReLU comes before batch normalization."""

from torch import nn


def network(dropout: bool = True) -> nn.Sequential:
    """Returns the network, from images `[batch, 3, 32, 32]` to logits `[batch, 10]`."""
    # Keras's momentum 0.99 is the share of the old value; PyTorch's is the share of the new one.
    statistics = {"eps": 1e-3, "momentum": 0.01}
    layers, channels = [], 3
    for filters in (32, 64, 128):
        for _ in range(2):
            layers += [nn.Conv2d(channels, filters, 3, padding="same"), nn.ReLU()]
            layers += [nn.BatchNorm2d(filters, **statistics)]
            channels = filters
        layers += [nn.MaxPool2d(2)]
    layers += [nn.Flatten()]
    features = 4 * 4 * channels
    for units in (512, 1024):
        layers += [nn.Linear(features, units), nn.ReLU(), nn.BatchNorm1d(units, **statistics)]
        features = units
    layers += [nn.Dropout(0.5)] * dropout + [nn.Linear(features, 10)]
    model = nn.Sequential(*layers)
    for layer in model:
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return model
