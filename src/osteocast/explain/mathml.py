"""Equations as MathML, from the same SymPy expressions as their text and LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from osteocast.explain.symbolic import Line

ONE_LINE = 90
"""An equation with more characters is drawn one term a line."""


def mathml(line: Line, printed: Mapping[str, str]) -> str:
    """One statement as MathML, which browsers draw by themselves.

    Args:
        line: the statement.
        printed: the name in print of every symbol, see `symbolic.Written`.
    """
    import sympy
    from sympy.printing.mathml import MathMLPresentationPrinter

    class Printer(MathMLPresentationPrinter):  # type: ignore[misc]
        """Names as they are, upright, not taken apart at underscores."""

        def _print_Symbol(self, symbol: Any, style: str = "plain") -> Any:
            element = self.dom.createElement("mi")
            element.setAttribute("mathvariant", "normal")
            element.appendChild(self.dom.createTextNode(symbol.name))
            return element

        def _print_Function(self, call: Any) -> Any:
            row = self.dom.createElement("mrow")
            row.appendChild(self._print_Symbol(sympy.Symbol(call.func.__name__)))
            row.appendChild(self._operator("("))
            for i, argument in enumerate(call.args):
                if i:
                    row.appendChild(self._operator(","))
                row.appendChild(self._print(argument))
            row.appendChild(self._operator(")"))
            return row

        def _operator(self, sign: str) -> Any:
            element = self.dom.createElement("mo")
            element.appendChild(self.dom.createTextNode(sign))
            return element

    printer = Printer({"mul_symbol": "dot", "order": "none"})
    right = line.right.xreplace({sympy.Symbol(old): sympy.Symbol(new) for old, new in printed.items()})
    left = f"<mi>{line.left}</mi>"
    if line.left.startswith("d "):
        name = line.left[2 : line.left.index("/dt")]
        above = f"<mrow><mi mathvariant='normal'>d</mi><mspace width='0.15em'/><mi>{name}</mi></mrow>"
        left = f"<mfrac>{above}<mi>dt</mi></mfrac>"
    terms = sorted(sympy.Add.make_args(right), key=lambda term: term.could_extract_minus_sign())
    pieces = []
    for place, term in enumerate(terms):
        minus = term.could_extract_minus_sign()
        sign = "\N{MINUS SIGN}" if minus else "+" if place else ""
        pieces.append((f"<mo>{sign}</mo>" if sign else "", printer._print(-term if minus else term).toxml()))
    if len(line.text) <= ONE_LINE or len(pieces) == 1:
        return f"<math display='block'>{left}<mo>=</mo>{''.join(sign + term for sign, term in pieces)}</math>"
    rows = []
    for place, (sign, term) in enumerate(pieces):
        cells = ("", sign, term) if place else (left, "<mo>=</mo>" + sign, term)
        rows.append("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in cells) + "</mtr>")
    return f"<math display='block'><mtable displaystyle='true'>{''.join(rows)}</mtable></math>"
