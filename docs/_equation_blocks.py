"""Equations of the model, drawn as the code has them."""

from __future__ import annotations

from _markdown import code, link
from _parameter_tables import value_of

from osteocast.explain import equations, symbolic
from osteocast.explain.mathml import mathml
from osteocast.parameters.registry import parameters
from osteocast.parameters.schema import Parameter


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
            drawn = "\n".join(mathml(line, found.printed) for line in found.lines)
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
