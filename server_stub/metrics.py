"""Count what the server does, for those who watch over it.

One registry for each application, so that two in one process do not count together. Labels take few
values, all of them ours: what a client makes up must not grow the memory of who scrapes us.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_UNAUTHENTICATED = 401


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ir_requests",
            "Requests that were answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ir_request_seconds",
            "Seconds until a request was answered",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._ingested = Counter(
            "ir_ingested_alerts",
            "Alerts of requests to create some",
            ("result",),
            registry=self._registry,
        )
        self._auth_failures = Counter(
            "ir_auth_failures",
            "Credentials that were not accepted",
            ("what",),
            registry=self._registry,
        )
        self._event_lag = Gauge(
            "ir_stream_event_lag",
            "Events of the log that the stream has not read yet",
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, *, seconds: float) -> None:
        """Count an answer; `route` is the pattern of the address, not the address."""
        known = method if method in _METHODS else "OTHER"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.observe(seconds)
        if status == _UNAUTHENTICATED:
            self.auth_failed(_what_was_presented(route))

    def ingested(self, results: Iterable[str]) -> None:
        """Count what became of alerts: created, duplicate or invalid."""
        for result, times in Tally(results).items():
            self._ingested.labels(result).inc(times)

    def auth_failed(self, what: str) -> None:
        """Count credentials that were not accepted: login, refresh, token or stream."""
        self._auth_failures.labels(what).inc()

    @contextmanager
    def asking(self, collector: Collector) -> Iterator[None]:
        """Ask `collector` too, meanwhile, when someone wants to know."""
        self._registry.register(collector)
        try:
            yield
        finally:
            self._registry.unregister(collector)

    def text(self, *, event_lag: float) -> bytes:
        """All figures of this moment, in Prometheus's text format; NaN is what nobody knows."""
        self._event_lag.set(event_lag)
        return generate_latest(self._registry)


def _what_was_presented(route: str) -> str:
    name = route.rpartition("/")[2]
    return name if name in {"login", "refresh"} else "token"
