"""The case of a link, ready to be simulated."""

from __future__ import annotations

from osteocast.errors import OsteocastError
from osteocast.regimen import Regimen
from osteocast.web import cases, forms, persons
from osteocast.web.moving import Moved, moved


def case_of(link: str) -> tuple[Moved, int]:
    """Person and strategies of a link as of the day of the last result, and the years of the forecast.

    Raises:
        OsteocastError: the link is damaged, or its case cannot be forecast.
    """
    case = cases.unpacked(link)
    checked = persons.check(forms.read(forms.values_of(case)))
    if checked.person is None or checked.errors:
        what = next(iter(checked.errors.values()), "Sex and age are not given.").rstrip(".")
        raise OsteocastError(what, where="case", fix="mend it on the page first")
    return moved(checked.person, tuple(dict.fromkeys(checked.strategies.values())) or (Regimen(),)), case.years
