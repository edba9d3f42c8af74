"""Every model by its name.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.models.filings import AccessionItem, Hit, Search, TickerItem, Verification, Weights
from auspex_client.models.filings_accessions import (
    Document,
    Enrichment,
    EnrichmentItem,
    Event,
    Filing,
    FilingDetail,
    Lags,
    Section,
    SectionText,
)
from auspex_client.models.filings_kpis import Kpi
from auspex_client.models.keys import NewKey
from auspex_client.models.notifications import Counts, Marked, Notification, Unread
from auspex_client.models.notifications_channels import (
    Channel,
    DiscordTarget,
    EmailTarget,
    SlackTarget,
    TeamsTarget,
    TelegramTarget,
)
from auspex_client.models.notifications_preferences import Preferences
from auspex_client.models.ops import JobMetrics, MessageMetrics, Metrics, Outbox, Queue, Queues, ScheduleMetrics
from auspex_client.models.ops_dead_letters import DeadLetter, Redrive, RedriveFilter, Redriven
from auspex_client.models.ops_failures import Failure
from auspex_client.models.ops_schedules import Schedule
from auspex_client.models.oracle_calibration import (
    Calibration,
    RecordBand,
    RecordBin,
    RecordFigure,
    RecordMetrics,
    RecordSkill,
)
from auspex_client.models.oracle_competitions import Competition, Zone
from auspex_client.models.oracle_fixtures import Fixture, Forecast, Offer, ThreeWay
from auspex_client.models.oracle_parameters import TeamStrength, VersionDetail, VersionOut
from auspex_client.models.oracle_teams import Strength, Team, TeamDetail
from auspex_client.models.payments import Received
from auspex_client.models.providers import Budget, Check, Drill, HealthOut, Provider, ProviderHealth, Status
from auspex_client.models.providers_audit import AuditEntry, Chain
from auspex_client.models.root import Allowance, Balance, Me
from auspex_client.models.scorebook import Bin, Estimate, ModelFigures, ProductFigures, Reliability, Skill
from auspex_client.models.shared import (
    Account,
    Ask,
    Citation,
    Figure,
    Job,
    Key,
    Lease,
    Pin,
    TimelineEntry,
    Transaction,
    Unit,
    UnitCounts,
)
from auspex_client.models.webhooks import NewWebhook, Secret, Webhook
from auspex_client.models.webhooks_deliveries import Attempt, Delivery

__all__ = [
    "AccessionItem",
    "Account",
    "Allowance",
    "Ask",
    "Attempt",
    "AuditEntry",
    "Balance",
    "Bin",
    "Budget",
    "Calibration",
    "Chain",
    "Channel",
    "Check",
    "Citation",
    "Competition",
    "Counts",
    "DeadLetter",
    "Delivery",
    "DiscordTarget",
    "Document",
    "Drill",
    "EmailTarget",
    "Enrichment",
    "EnrichmentItem",
    "Estimate",
    "Event",
    "Failure",
    "Figure",
    "Filing",
    "FilingDetail",
    "Fixture",
    "Forecast",
    "HealthOut",
    "Hit",
    "Job",
    "JobMetrics",
    "Key",
    "Kpi",
    "Lags",
    "Lease",
    "Marked",
    "Me",
    "MessageMetrics",
    "Metrics",
    "ModelFigures",
    "NewKey",
    "NewWebhook",
    "Notification",
    "Offer",
    "Outbox",
    "Pin",
    "Preferences",
    "ProductFigures",
    "Provider",
    "ProviderHealth",
    "Queue",
    "Queues",
    "Received",
    "RecordBand",
    "RecordBin",
    "RecordFigure",
    "RecordMetrics",
    "RecordSkill",
    "Redrive",
    "RedriveFilter",
    "Redriven",
    "Reliability",
    "Schedule",
    "ScheduleMetrics",
    "Search",
    "Secret",
    "Section",
    "SectionText",
    "Skill",
    "SlackTarget",
    "Status",
    "Strength",
    "Team",
    "TeamDetail",
    "TeamStrength",
    "TeamsTarget",
    "TelegramTarget",
    "ThreeWay",
    "TickerItem",
    "TimelineEntry",
    "Transaction",
    "Unit",
    "UnitCounts",
    "Unread",
    "Verification",
    "VersionDetail",
    "VersionOut",
    "Webhook",
    "Weights",
    "Zone",
]
