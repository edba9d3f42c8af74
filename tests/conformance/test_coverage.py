"""The suite itself: it knows every route, and nothing is exempt that does not exist."""

from __future__ import annotations

import pytest
from tests.conformance.exemptions import EXEMPT
from tests.conformance.makers import MAKERS, PATH_VALUES, SHARED_PARAMETERS
from tests.conformance.operations import ULID_EXAMPLE, Operation, each, operations, served_document


def test_every_operation_of_the_document_is_walked() -> None:
    documented = {
        operation["operationId"] for methods in served_document()["paths"].values() for operation in methods.values()
    }
    assert documented == {operation.name for operation in operations() if operation.document}


@each(lambda operation: "{" in operation.path)
def test_every_path_parameter_is_somebodys_or_nobodys(operation: Operation) -> None:
    """A new kind of id needs a maker; what belongs to nobody stands in SHARED_PARAMETERS with the reason."""
    for name, example in operation.path_examples().items():
        if name in SHARED_PARAMETERS:
            assert example is not None or name in PATH_VALUES, f"{name} needs an example"
            continue
        match = ULID_EXAMPLE.match(str(example))
        assert match is not None, f"{name} needs an example id in the document, or a reason in SHARED_PARAMETERS"
        assert match["prefix"] in MAKERS, f"nobody here can make a `{match['prefix']}_…`: add a maker"


@pytest.mark.parametrize("check", EXEMPT)
def test_an_exemption_names_operations_that_exist_and_says_why(check: str) -> None:
    assert set(EXEMPT[check]) <= {operation.name for operation in operations()}
    assert all(len(reason) > 10 for reason in EXEMPT[check].values())


def test_shared_parameters_are_parameters_of_routes() -> None:
    names = {name for operation in operations() for name in operation.path_examples()}
    assert set(SHARED_PARAMETERS) <= names
    assert set(PATH_VALUES) <= set(SHARED_PARAMETERS)
