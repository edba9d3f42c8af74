"""Classes with one method per operation, synchronous and asynchronous, one module per resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.local.client_code.models import body_schema, import_lines
from infra.local.client_code.naming import Name, class_name, identifier, is_page, success_schema
from infra.local.client_code.schemas import Vocabulary, is_nullable, unite
from infra.local.client_code.text import docstring, module

Json = dict[str, Any]
ROOT = ()
DRY_RUN = "dry_run"
FOLDERS = {False: "resources", True: "async_resources"}
"""Where the two clients' resources are."""
CHECKED = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from auspex_client."
CLIENTS = {False: f"{CHECKED}client import Auspex\n", True: f"{CHECKED}async_client import AsyncAuspex\n"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method, and where in the request its value goes."""

    field: str
    place: str
    kind: str
    required: bool
    omittable: bool
    about: str

    @property
    def name(self) -> str:
        """The argument's name."""
        return identifier(self.field)

    @property
    def declaration(self) -> str:
        """The argument as the signature shows it."""
        if self.required:
            return f"{self.name}: {self.kind}"
        if self.omittable:
            return f"{self.name}: {unite(self.kind, 'None', 'Omit')} = OMIT"
        return f"{self.name}: {unite(self.kind, 'None')} = None"


@dataclass(frozen=True, slots=True)
class Method:
    """An operation with everything that its two methods are written of."""

    name: str
    constant: str
    verb: str
    path: str
    operation: Json
    parameters: list[Parameter]
    raw_body: bool
    data: str | None
    paged: bool
    quotable: bool

    def text(self, *, asynchronous: bool) -> str:
        """Return the method's code; one that can be quoted has overloads, for it answers with a price or a result."""
        page = "AsyncPage" if asynchronous else "Page"
        result = f"{page}[{self.data}]" if self.paged else f"Reply[{self.data or 'Any'}]"
        head = f"    {'async def' if asynchronous else 'def'} {self.name}"
        give = f"return {'await ' if asynchronous else ''}self._auspex"
        call = "page" if self.paged else "call" if self.data else "call_untyped"
        arguments = ", ".join([self.constant, *([self.data] if self.data else []), *self._parts(), "options=options"])
        own = [docstring(self._about(), 8), f"        {give}.{call}({arguments})"]
        if not self.quotable:
            return "\n".join([f"{head}({self._signature()}) -> {result}:", *own])
        quoted = ", ".join([self.constant, "Quote", 'query={"dry_run": True}', *self._parts(), "options=options"])
        return "\n".join([
            "    @overload",
            f"{head}({self._signature('dry_run: Literal[True]')}) -> Reply[Quote]: ...",
            "    @overload",
            f"{head}({self._signature('dry_run: Literal[False] = False')}) -> {result}: ...",
            f"{head}({self._signature('dry_run: bool = False')}) -> {result} | Reply[Quote]:",
            own[0],
            "        if dry_run:",
            f"            {give}.call({quoted})",
            own[1],
        ])  # fmt: skip

    def _signature(self, more: str = "") -> str:
        """Path values come by position, and so does the only other required value; everything else by name."""
        required = [p for p in self.parameters if p.required and p.place != "path"]
        by_position = [p for p in self.parameters if p.place == "path"] + (required if len(required) == 1 else [])
        by_name = [p for p in self.parameters if p not in by_position]
        by_name.sort(key=lambda p: not p.required)
        return ", ".join([
            "self", *(p.declaration for p in by_position), "*", *(p.declaration for p in by_name),
            *([more] if more else []), "options: CallOptions | None = None",
        ])  # fmt: skip

    def _parts(self) -> list[str]:
        parts = []
        for place, argument in (("path", "path"), ("query", "query"), ("body", "body")):
            own = [p for p in self.parameters if p.place == place]
            if self.raw_body and place == "body":
                parts.append("body=body")
            elif place == "path" and own:
                parts.append(f"path={_dictionary(own)}")
            elif own or (place == "body" and body_schema(self.operation) is not None):
                nullable = [p for p in own if p.omittable]
                plain = [p for p in own if not p.omittable]
                more = f", {_dictionary(nullable)}" if nullable else ""
                parts.append(f"{argument}=given({_dictionary(plain)}{more})")
        return parts

    def _about(self) -> str:
        described = self.operation.get("description") or self.operation["summary"]
        scope = self.operation.get("x-scope")
        needs = {None: "no key", "any": "any key", "any:write": "any key that may do more than read"}.get(
            scope, f"scope `{scope}`"
        )
        lines = [f"`{p.name}`: {p.about.rstrip('.')}." for p in self.parameters if p.about]
        if self.quotable:
            lines.append("`dry_run`: Only say what it would cost at most; nothing is stored or charged.")
        return "\n\n".join([described, *([" ".join(lines)] if lines else []), f"{self.verb} {self.path}, {needs}."])


def methods_of(paths: Json, names: dict[str, Name], vocabulary: Vocabulary) -> dict[tuple[str, ...], list[Method]]:
    """Return every resource's methods in the order of their paths; parents of resources are there, perhaps empty."""
    found: dict[tuple[str, ...], list[Method]] = {ROOT: []}
    for path, operations in sorted(paths.items()):
        for verb, operation in sorted(operations.items()):
            name = names[operation["operationId"]]
            for end in range(len(name.resource)):
                found.setdefault(name.resource[: end + 1], [])
            found[name.resource].append(_method(name, verb.upper(), path, operation, vocabulary))
    return found


def _method(name: Name, verb: str, path: str, operation: Json, vocabulary: Vocabulary) -> Method:
    schema = body_schema(operation)
    _, body = vocabulary.resolve(schema or {})
    raw_body = schema is not None and (body.get("type") != "object" or "properties" not in body)
    raw_body = raw_body or (schema is None and "requestBody" in operation)
    row = vocabulary.data_of(success_schema(operation))
    named = vocabulary.names.get(row["$ref"].rpartition("/")[2]) if row and "$ref" in row else None
    return Method(
        name=name.method, constant=operation["operationId"].upper(), verb=verb, path=path, operation=operation,
        parameters=_parameters(verb, operation, body, vocabulary, raw_body=raw_body), raw_body=raw_body,
        data=named, paged=is_page(operation) and named is not None,
        quotable=any(p["name"] == DRY_RUN for p in operation.get("parameters", ())) and verb != "GET",
    )  # fmt: skip


def _parameters(verb: str, operation: Json, body: Json, vocabulary: Vocabulary, *, raw_body: bool) -> list[Parameter]:
    found = [
        Parameter(
            field=p["name"], place=p["in"], kind=vocabulary.request_type(p["schema"]),
            required=bool(p.get("required")), omittable=False, about=_about(p),
        )
        for p in operation.get("parameters", ())
        if p["in"] in {"path", "query"} and (p["name"] != DRY_RUN or (verb == "GET" and not is_page(operation)))
    ]  # fmt: skip
    if raw_body:
        return [*found, Parameter("body", "body", "bytes | Mapping[str, Any]", True, False, "")]  # noqa: FBT003 - a row
    # Where a query parameter bears a field's name it serves bodies of another media type; this method sends JSON.
    serves_others = len(operation["requestBody"]["content"]) > 1 if "requestBody" in operation else False
    if serves_others:
        found = [p for p in found if p.place == "path" or p.field not in body.get("properties", {})]
    taken = {p.field for p in found}
    required = set(body.get("required", ()))
    for field, schema in body.get("properties", {}).items():
        kind = vocabulary.request_type(schema)
        changes = is_nullable(schema) and (verb in {"PATCH", "PUT"} or schema.get("default") is not None)
        found.append(
            Parameter(
                field=field, place="body", kind=kind, required=field in required,
                omittable=changes and field not in required, about=_about({"schema": schema}),
            )
        )  # fmt: skip
        if field in taken:
            raise ValueError(f"{operation['operationId']}: {field} stands in the body and before it")
    return found


def _about(parameter: Json) -> str:
    text = parameter.get("description") or parameter["schema"].get("description") or ""
    return " ".join(text.split())


def _dictionary(parameters: list[Parameter]) -> str:
    return "{" + ", ".join(f'"{p.field}": {p.name}' for p in parameters) + "}"


def resource_modules(
    methods: dict[tuple[str, ...], list[Method]], places: dict[str, str], vocabulary: Vocabulary
) -> dict[str, str]:
    """Return the text of every resource's two modules by their place in the package."""
    return {
        f"{FOLDERS[flag]}/{module_name(resource)}.py": _module(resource, methods, places, vocabulary, asynchronous=flag)
        for resource in methods
        for flag in FOLDERS
    }


def module_name(resource: tuple[str, ...]) -> str:
    """Return the name of a resource's modules."""
    return "_".join(resource) or "root"


def _module(
    resource: tuple[str, ...],
    methods: dict[tuple[str, ...], list[Method]],
    places: dict[str, str],
    vocabulary: Vocabulary,
    *,
    asynchronous: bool,
) -> str:
    own = methods[resource]
    children = [other for other in sorted(methods) if other[:-1] == resource and other != resource]
    prefix = "Async" if asynchronous else ""
    imports = [CLIENTS[asynchronous]] if children else []
    imports += [
        f"from auspex_client.{FOLDERS[asynchronous]}.{module_name(child)} import {prefix}{class_name(child)}"
        for child in children
    ]
    shown = set()
    for method in own:
        shown |= _direct(method, vocabulary)
    imports += import_lines(shown, places, vocabulary)
    if asynchronous:
        constants = ""
        imports += [f"from auspex_client.resources.{module_name(resource)} import {method.constant}" for method in own]
    else:
        constants = "\n".join(_constant(method) for method in own) + "\n\n\n"
    dotted = ".".join(resource)
    about = f"`client.{dotted}`" if resource else "What the client itself offers, and where its resources hang"
    body = constants + _class(resource, own, children, asynchronous=asynchronous)
    return module(f"{about}{', awaited' if asynchronous else ''}.", body, imports)


def _direct(method: Method, vocabulary: Vocabulary) -> set[str]:
    """Return the components that a method's signature names."""
    by_class = {short: name for name, short in vocabulary.names.items()}
    texts = [method.data or "", *(p.kind for p in method.parameters)]
    words = {word for text in texts for word in text.replace("[", " ").replace("]", " ").replace(",", " ").split()}
    return {by_class[word] for word in words if word in by_class}


def _constant(method: Method) -> str:
    return f'{method.constant} = Operation("{method.operation["operationId"]}", "{method.verb}", "{method.path}")'


def _class(resource: tuple[str, ...], own: list[Method], children: list[tuple[str, ...]], *, asynchronous: bool) -> str:
    prefix = "Async" if asynchronous else ""
    client = f"{prefix}Auspex"
    name = f"{prefix}{class_name(resource) or 'Root'}"
    about = f"Operations of `{'.'.join(resource)}`." if resource else "Operations of the client itself."
    lines = [f"class {name}({prefix}Resource):", docstring(about, 4), ""]
    if children:
        lines += [f"    def __init__(self, auspex: {client}) -> None:", "        super().__init__(auspex)"]
        lines += [f"        self.{child[-1]} = {prefix}{class_name(child)}(auspex)" for child in children]
        lines.append("")
    bodies = [method.text(asynchronous=asynchronous) for method in own]
    return "\n".join(lines) + "\n\n".join(bodies)
