"""`GET /metrics`: figures for a monitoring system. Open, as it says nothing about alerts."""

import math
from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.services import InServices
from server_stub.api.stream import IncidentStream
from server_stub.background import Background
from server_stub.errors import Unavailable
from server_stub.hub import Hub
from server_stub.metrics import CONTENT_TYPE
from server_stub.storage.database import Database

router = APIRouter()


class LiveFigures(Collector):
    """What is true at the moment, read when someone asks."""

    def __init__(self, hub: Hub, database: Database, background: Background) -> None:
        self._hub = hub
        self._database = database
        self._background = background

    def collect(self) -> Iterator[Metric]:
        figures = self._hub.figures()
        subscribers = GaugeMetricFamily(
            "ir_stream_subscribers", "Open stream connections", labels=("protocol",)
        )
        for protocol, count in figures.subscribers.items():
            subscribers.add_metric((str(protocol),), count)
        yield subscribers
        for name, what, counted in (
            ("ir_stream_frames", "Frames that were sent", figures.frames),
            (
                "ir_stream_coalesced",
                "Changes that became one with one that waited",
                figures.coalesced,
            ),
            (
                "ir_stream_slow_consumers",
                "Times that a connection was closed or reset for reading too slowly",
                figures.too_slow,
            ),
            (
                "ir_background_left_out",
                "Alerts that found no room in the queue after a write, and are found in storage",
                self._background.left_out,
            ),
        ):
            yield CounterMetricFamily(name, what, value=counted)
        yield GaugeMetricFamily(
            "ir_stream_queue_age_seconds",
            "How long the connection furthest behind has had something to send",
            value=figures.queue_seconds,
        )
        yield GaugeMetricFamily(
            "ir_write_queue", "Writes that wait for the database", value=self._database.waiting
        )


@router.get("/metrics")
async def metrics(request: Request, services: InServices) -> Response:
    stream: IncidentStream = request.app.state.stream
    try:
        lag: float = max(0, await services.events.head() - stream.hub.read_through)
    except Unavailable:
        # The other figures matter most when the database is in trouble.
        lag = math.nan
    return Response(services.metrics.text(event_lag=lag), media_type=CONTENT_TYPE)
