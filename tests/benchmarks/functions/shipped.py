"""A shipped function as it is, `BENCHMARK_FUNCTION` (`oracle/batches`), with stand-ins for SQS and DynamoDB."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from stand_ins import (  # type: ignore[import-not-found] # beside this file in the measured process
    AcceptingQueues,
    TableInMemory,
)

from auspex.core.aws import use_client

product, _, stem = os.environ["BENCHMARK_FUNCTION"].partition("/")
path = Path(__file__).resolve().parents[3] / "functions" / product / f"{stem}.py"
spec = importlib.util.spec_from_file_location(stem, path)
if spec is None or spec.loader is None:
    raise FileNotFoundError(path)
module = importlib.util.module_from_spec(spec)
sys.modules[stem] = module  # pydantic and FastAPI look annotations up in the module
use_client("sqs", AcceptingQueues())
use_client("dynamodb", TableInMemory())
spec.loader.exec_module(module)
handler = module.handler
