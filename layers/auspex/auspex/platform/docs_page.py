"""The documentation page: Swagger UI from a pinned package, under a strict Content-Security-Policy."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from starlette.responses import Response

from auspex.core.problems import NotFound

PACKAGE = "fastapi_offline"  # carries Swagger UI's own files; its Python code is never imported
MEDIA_TYPES = {"swagger-ui-bundle.js": "text/javascript; charset=utf-8", "swagger-ui.css": "text/css; charset=utf-8"}
START_SCRIPT = "start.js"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Auspex API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
"""


def page() -> Response:
    """Return the page itself."""
    return Response(
        PAGE, media_type="text/html; charset=utf-8", headers={"content-security-policy": CONTENT_SECURITY_POLICY}
    )


def read_asset(name: str) -> Response:
    """Return one file of the page. Raises NotFound for anything but the files it uses."""
    headers = {"cache-control": "public, max-age=86400"}
    if name == START_SCRIPT:
        return Response(START, media_type="text/javascript; charset=utf-8", headers=headers)
    if name not in MEDIA_TYPES:
        raise NotFound(detail="The documentation has no such file.")
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise NotFound(detail="This deployment carries no documentation assets.")
    content = (Path(spec.origin).parent / "static" / name).read_bytes()
    return Response(content, media_type=MEDIA_TYPES[name], headers=headers)
