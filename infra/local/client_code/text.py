"""Python text: imports by what is used, docstrings that keep the line length."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

LINE_MAX = 120
NOTICE = "Written by `make openapi` from the OpenAPI document; edit the handlers instead."
STANDARD = {
    "dt": "import datetime as dt",
    "Mapping": "from collections.abc import Mapping",
    "Sequence": "from collections.abc import Sequence",
    "Decimal": "from decimal import Decimal",
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "NotRequired": "from typing import NotRequired",
    "TypedDict": "from typing import TypedDict",
    "Field": "from pydantic import Field",
    "Model": "from auspex_client.model import Model",
    "Quote": "from auspex_client.model import Quote",
    "overload": "from typing import overload",
    "OMIT": "from auspex_client.calls import OMIT",
    "Omit": "from auspex_client.calls import Omit",
    "CallOptions": "from auspex_client.calls import CallOptions",
    "Operation": "from auspex_client.calls import Operation",
    "given": "from auspex_client.calls import given",
    "Reply": "from auspex_client.replies import Reply",
    "Page": "from auspex_client.replies import Page",
    "AsyncPage": "from auspex_client.replies import AsyncPage",
    "Resource": "from auspex_client.resource import Resource",
    "AsyncResource": "from auspex_client.resource import AsyncResource",
    "ApiProblem": "from auspex_client.errors import ApiProblem",
}


def module(about: str, body: str, imports: Iterable[str] = ()) -> str:
    """Return a module: its docstring, the imports that it uses and those given (conditional ones last), its body."""
    code = re.sub(r'"""(?:.|\n)*?"""|"[^"\n]*"', "", body)
    used = set(re.findall(r"(?<![.\w])[A-Za-z_][A-Za-z0-9_]*", code))
    lines = [line for name, line in STANDARD.items() if name in used and not re.search(rf"^class {name}\(", body, re.M)]
    head = f'"""{about}\n\n{NOTICE}\n"""\n\nfrom __future__ import annotations\n'
    imports = sorted(imports, key=lambda line: "\n" in line)
    return "\n".join([head, *lines, *imports, "", body.strip("\n"), ""])


def docstring(text: str, indent: int) -> str:
    """Return a docstring, wrapped, at an indentation; text of several paragraphs keeps them."""
    text = text.strip().replace("\\", "\\\\").replace('"""', "'''")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    pad = " " * indent
    first = f'{pad}"""{paragraphs[0]}"""'
    if len(paragraphs) == 1 and len(first) <= LINE_MAX and not first.endswith('""""'):
        return first
    wrapped = [
        textwrap.fill(part, LINE_MAX, initial_indent=pad + ('"""' if number == 0 else ""), subsequent_indent=pad)
        for number, part in enumerate(paragraphs)
    ]
    return f"\n{pad}\n".join(wrapped).replace(f"\n{pad}\n", "\n\n") + f'\n{pad}"""'
