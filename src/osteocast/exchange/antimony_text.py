"""Antimony text of an SBML document, by the antimony library."""

from __future__ import annotations

from osteocast.errors import OsteocastError


def antimony_text(sbml: str) -> str:
    """The same model as Antimony.

    Args:
        sbml: SBML as text.

    Raises:
        OsteocastError: the antimony library is not installed, or cannot read the document.
    """
    try:
        import antimony
    except ImportError:
        raise OsteocastError(
            "the antimony library is not installed",
            where="exchange",
            fix="install it: pip install 'osteocast[exchange]'",
        ) from None
    antimony.clearPreviousLoads()
    try:
        if antimony.loadSBMLString(sbml) < 0:
            raise OsteocastError(str(antimony.getLastError()), where="exchange", fix="report this as a fault")
        return str(antimony.getAntimonyString(antimony.getMainModuleName()))
    finally:
        antimony.clearPreviousLoads()
