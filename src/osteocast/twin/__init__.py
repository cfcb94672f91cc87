"""One person from their own measurements: posterior draws, whether a loss is real, what contradicts what."""

from osteocast.twin.inference import Twin, infer
from osteocast.twin.strategies import TwinForecast, forecast

__all__ = ["Twin", "TwinForecast", "forecast", "infer"]
