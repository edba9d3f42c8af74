"""What stands in for AWS in measured functions: it answers at once and costs nothing."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError


class AcceptingQueues:
    """An SQS client whose queues accept every message and lose it."""

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Accept a batch."""
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}


class TableInMemory:
    """As much of a DynamoDB client as Powertools' persistence layer uses."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Any]] = {}

    def put_item(self, *, Item: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Keep a new item; refuse one that is kept already."""
        known = self._items.setdefault(Item["id"]["S"], Item)
        if known is not Item:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}, "Item": known}, "PutItem")
        return {}

    def get_item(self, *, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Return an item."""
        found = self._items.get(Key["id"]["S"])
        return {"Item": found} if found else {}

    def update_item(
        self, *, Key: dict[str, Any], ExpressionAttributeNames: dict[str, str],  # noqa: N803 - boto3's names
        ExpressionAttributeValues: dict[str, Any], **_: Any,  # noqa: N803 - boto3's names
    ) -> dict[str, Any]:  # fmt: skip
        """Change an item's attributes."""
        item = self._items.setdefault(Key["id"]["S"], dict(Key))
        for name, attribute in ExpressionAttributeNames.items():
            if f":{name[1:]}" in ExpressionAttributeValues:
                item[attribute] = ExpressionAttributeValues[f":{name[1:]}"]
        return {}

    def delete_item(self, *, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Forget an item."""
        self._items.pop(Key["id"]["S"], None)
        return {}
