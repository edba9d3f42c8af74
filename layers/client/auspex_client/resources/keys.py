"""`client.keys`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.keys import NewKey
from auspex_client.models.shared import Key
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_OWN_KEYS = Operation("list_own_keys", "GET", "/v1/keys")
CREATE_KEY = Operation("create_key", "POST", "/v1/keys")
DELETE_KEY = Operation("delete_key", "DELETE", "/v1/keys/{key_id}")
REPLACE_KEY = Operation("replace_key", "POST", "/v1/keys/{key_id}/rotate")


class Keys(Resource):
    """Operations of `keys`."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> Page[Key]:
        """List the account's keys, ended ones among them, newest first; secrets are not shown.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/keys, any key.
        """
        return self._auspex.page(LIST_OWN_KEYS, Key, query=given({"limit": limit, "cursor": cursor}), options=options)

    def create(
        self,
        *,
        name: str,
        scopes: Sequence[str],
        account_id: str | None = None,
        expires_at: dt.datetime | None = None,
        mode: Literal["live", "test"] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[NewKey]:
        """Create a key; its secret is in this reply and can never be read again.

        Only the hash of a secret is stored, so a repeated Idempotency-Key cannot replay the reply: it answers 409 with
        the `key_id` of the key that was made.

        `account_id`: Another account than the caller's needs `admin`. `expires_at`: Left out: the key ends when the
        calling key ends. `mode`: Test keys do not work in production.

        POST /v1/keys, any key.
        """
        return self._auspex.call(
            CREATE_KEY,
            NewKey,
            body=given(
                {"account_id": account_id, "expires_at": expires_at, "mode": mode, "name": name, "scopes": scopes}
            ),
            options=options,
        )

    def revoke(self, key_id: str, *, options: CallOptions | None = None) -> Reply[Key]:
        """Revoke a key of the account: the next request with it is refused. A key may revoke itself.

        DELETE /v1/keys/{key_id}, any key.
        """
        return self._auspex.call(DELETE_KEY, Key, path={"key_id": key_id}, options=options)

    def rotate(
        self, key_id: str, *, overlap_seconds: int | None = None, options: CallOptions | None = None
    ) -> Reply[NewKey]:
        """Replace a key by a new one with the same name, scopes and expiry; the old one works on for the overlap.

        The calling key must hold every scope of the rotated one and last as long. A key is rotated once: a repeated
        request answers 409 with the id of the key that took its place, whose secret cannot be shown again.

        `overlap_seconds`: How long the old key still works.

        POST /v1/keys/{key_id}/rotate, any key.
        """
        return self._auspex.call(
            REPLACE_KEY,
            NewKey,
            path={"key_id": key_id},
            body=given({"overlap_seconds": overlap_seconds}),
            options=options,
        )
