"""The few functions that equations need, working alike on floats, arrays and SymPy symbols.

Everything else in `model/` is plain arithmetic, so that one statement of an equation serves the
simulation (JAX), hand checks (floats) and the printed or exported form (SymPy).
"""

from __future__ import annotations

import math
from typing import Any

Number = Any
"""A float, a JAX or NumPy array, or a SymPy expression."""


def _library(x: Number) -> Any:
    if isinstance(x, (int, float)):
        return math
    if type(x).__module__.startswith("sympy"):
        import sympy

        return sympy
    import jax.numpy

    return jax.numpy


def exp(x: Number) -> Number:
    """The exponential of x."""
    return _library(x).exp(x)


def log(x: Number) -> Number:
    """Natural logarithm."""
    return _library(x).log(x)


def power(x: Number, exponent: Number) -> Number:
    """Raise x > 0 to a real exponent."""
    return exp(exponent * log(x))


def logistic(x: Number) -> Number:
    """1 / (1 + e^-x), safe for large |x| on arrays."""
    return 1.0 / (1.0 + exp(-x))


def positive(x: Number) -> Number:
    """X where it is above zero, else zero."""
    library = _library(x)
    if library is math:
        return max(x, 0.0)
    return library.Max(x, 0) if hasattr(library, "Max") else library.maximum(x, 0.0)


def softplus(x: Number) -> Number:
    """log(1 + e^x): zero far below 0, x far above, smooth between."""
    return log(1.0 + exp(x))
