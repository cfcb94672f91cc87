"""The regimen language: a prescriber's sentence, immutable items, and the courses and doses they mean."""

from osteocast.regimen.courses import Course, Dose
from osteocast.regimen.items import Item
from osteocast.regimen.regimen import Regimen
from osteocast.regimen.schedule import Schedule
from osteocast.regimen.units import MONTH_DAYS, YEAR_MONTHS, ItemError

__all__ = ["MONTH_DAYS", "YEAR_MONTHS", "Course", "Dose", "Item", "ItemError", "Regimen", "Schedule"]
