"""osteocast: what a person's bones do on an aromatase inhibitor, and what would change it.

    import osteocast as oc

    woman = oc.load_person("examples/woman-62-starting-anastrozole.toml")
    forecast = oc.compare(woman, ["anastrozole 1 mg daily for 60 months", "none"], years=10)
    forecast.strategies[0].t_score("total_hip")

Research and education, not a medical device.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osteocast.errors import OsteocastError as OsteocastError
    from osteocast.explain import explain as explain
    from osteocast.forecast.compare import Forecast as Forecast
    from osteocast.forecast.compare import compare as compare
    from osteocast.forecast.compare import simulate as simulate
    from osteocast.forecast.why import why as why
    from osteocast.people.files import load_person as load_person
    from osteocast.people.person import Measurement as Measurement
    from osteocast.people.person import Person as Person
    from osteocast.people.person import Scan as Scan
    from osteocast.regimen import Regimen as Regimen
    from osteocast.twin.inference import Twin as Twin
    from osteocast.twin.inference import infer as infer

_HOME = {
    "Forecast": "osteocast.forecast.compare",
    "Measurement": "osteocast.people.person",
    "OsteocastError": "osteocast.errors",
    "Person": "osteocast.people.person",
    "Regimen": "osteocast.regimen",
    "Scan": "osteocast.people.person",
    "Twin": "osteocast.twin.inference",
    "compare": "osteocast.forecast.compare",
    "explain": "osteocast.explain",
    "infer": "osteocast.twin.inference",
    "load_person": "osteocast.people.files",
    "simulate": "osteocast.forecast.compare",
    "why": "osteocast.forecast.why",
}
__all__ = tuple(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Public names, imported when first used: `import osteocast` alone takes no time."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'osteocast' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
