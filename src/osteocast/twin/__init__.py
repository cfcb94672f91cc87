"""One person from their own measurements: posterior draws, whether a loss is real, what contradicts what."""

from osteocast.twin.forecast import TwinForecast, forecast
from osteocast.twin.infer import Twin, infer

__all__ = ["Twin", "TwinForecast", "forecast", "infer"]
