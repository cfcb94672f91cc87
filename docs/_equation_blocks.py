"""Equations of the model, drawn as the code has them."""

from __future__ import annotations

from typing import Any

from _markdown import code, link
from _parameter_tables import value_of

from osteocast.explain import equations, symbolic
from osteocast.parameters.registry import parameters
from osteocast.parameters.schema import Parameter

ONE_LINE = 90
"""An equation with more characters is drawn one term a line."""


def mathml(line: symbolic.Line, printed: dict[str, str]) -> str:
    """One statement as MathML, which browsers draw by themselves."""
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


def equation_block(*ids: str) -> str:
    """Equations as the code has them, each with what it says of itself and the parameters that it reads."""
    parts = []
    for id_ in ids:
        one = equations.equation(id_)
        found = symbolic.written(id_)
        said = " ".join(one.doc.split("\n\nArgs")[0].split("\n\nReturns")[0].split())
        parts.append(f"`{one.id}`: {said}\n")
        if found is None:
            parts.append("```text\n" + "\n".join(symbolic.text(one)) + "\n```\n")
        else:
            drawn = "\n".join(mathml(line, dict(found.printed)) for line in found.lines)
            parts.append(f'```{{raw}} html\n<div class="equation">\n{drawn}\n</div>\n```\n')
        if one.parameters:
            known = parameters()
            said_of = [_in_short(known[name]) for name in one.parameters if name in known]
            own = [code(name) for name in one.parameters if name not in known]
            if own:
                said_of.append(", ".join(own) + ": the person's own")
            parts.append("Reads " + "; ".join(said_of) + ".\n")
    return "\n".join(parts)


def _in_short(one: Parameter) -> str:
    return f"{link(one.name)} = {value_of(one)}"
