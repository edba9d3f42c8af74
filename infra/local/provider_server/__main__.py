"""Run the provider server: `python -m infra.local.provider_server --port N`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from types import FrameType

from infra.local.provider_server.server import ProviderServer


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.provider_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    try:
        server = ProviderServer(port=options.port)
    except OSError as error:
        print(f"provider server: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()  # may not be asked from the serving thread

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with server:
        print(f"http://127.0.0.1:{server.port}", flush=True)
        server.serve_forever(poll_interval=0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
