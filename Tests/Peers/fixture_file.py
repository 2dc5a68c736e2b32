"""Writes fixtures whose numbers are sums in float64."""

import json


def write(path, fixture):
    """Writes `fixture` to `path` as JSON, with 10 significant digits.

    Further digits depend on the order of sums, which depends on the processor.
    """
    path.write_text(json.dumps(rounded(fixture), indent=1) + "\n")


def rounded(value):
    """Returns `value` with each float, in lists and dictionaries too, rounded to 10 significant digits."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value
