"""Analysis of a trial as trialists do it: intention to treat, on observed values."""

from osteocast.trials.analysis.endpoints import analyse
from osteocast.trials.analysis.percentiles import spread
from osteocast.trials.analysis.records import Analysis, ArmResult, Contrast, Summary

__all__ = ["Analysis", "ArmResult", "Contrast", "Summary", "analyse", "spread"]
