"""What stands behind a name or a number: parameters, equations, drugs, terms and their sources."""

from osteocast.explain.cite import citations, corrections, software
from osteocast.explain.explanation import Explanation
from osteocast.explain.lookup import explain

__all__ = ["Explanation", "citations", "corrections", "explain", "software"]
