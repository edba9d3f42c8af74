"""One exception class per code of the catalogue."""

from __future__ import annotations

from infra.local.client_code.naming import class_name
from infra.local.client_code.text import docstring, module

from auspex.core.problems import Problem


def problems_module(catalogue: dict[str, type[Problem]]) -> str:
    """Return the module of every problem class and the table by code."""
    classes = [_class(problem) for problem in catalogue.values()]
    rows = "".join(f'    "{code}": {class_name([code])},\n' for code in catalogue)
    table = f"PROBLEMS: dict[str, type[ApiProblem]] = {{\n{rows}}}\n" + '"""Every problem by its code."""'
    about = 'The refusals of the API by name: `except BalanceTooSmall as refused: refused.get("required")`.'
    return module(about, "\n\n\n".join([*classes, table]))


def _class(problem: type[Problem]) -> str:
    meaning = " ".join((problem.__doc__ or problem.title).split())
    remedy = problem.remedy.replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join([
        f"class {class_name([problem.code])}(ApiProblem):",
        docstring(f"{meaning} ({problem.status})", 4),
        "",
        f'    code = "{problem.code}"',
        f'    remedy = "{remedy}"',
    ])  # fmt: skip
