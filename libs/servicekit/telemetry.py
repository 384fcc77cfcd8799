"""OpenTelemetry traces over OTLP; off unless an endpoint is set."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# Made once: it finds the provider that is set later by itself.
_tracer = trace.get_tracer("heliograph")
_TRACE_CONTEXT = TraceContextTextMapPropagator()
_CARRIED: Final = frozenset({b"traceparent", b"tracestate"})
_NO_SPAN: Final = nullcontext(trace.INVALID_SPAN)
_exporting: Final[set[str]] = set()
"""The services of this process whose spans somebody gets."""


@contextmanager
def tracing(service: str, endpoint: str | None) -> Iterator[None]:
    """Trace HTTP and gRPC calls of this process while the context is open."""
    if endpoint is None:
        yield
        return
    # Imported only here: it costs each process a third of a second of its start.
    from servicekit.span_export import exporting  # noqa: PLC0415

    with exporting(service, endpoint):
        _exporting.add(service)
        try:
            yield
        finally:
            _exporting.discard(service)


def request_span(
    name: str, headers: Iterable[tuple[bytes, bytes]]
) -> AbstractContextManager[trace.Span]:
    """Open the span of an incoming HTTP request, within the trace that its headers name.

    With tracing off, the trace of the headers is still the current one, so it is passed on.
    """
    carrier = {key.decode(): value.decode("latin-1") for key, value in headers if key in _CARRIED}
    if not carrier and not _exporting:
        # to make a span current, for each request, would tell nobody anything
        return _NO_SPAN
    context = _TRACE_CONTEXT.extract(carrier) if carrier else None
    return _tracer.start_as_current_span(name, context=context, kind=trace.SpanKind.SERVER)


def current_traceparent() -> str:
    """Return the W3C trace context of the current span; empty when there is none."""
    if trace.get_current_span() is trace.INVALID_SPAN:
        return ""
    carrier: dict[str, str] = {}
    _TRACE_CONTEXT.inject(carrier)
    return carrier.get("traceparent", "")


def link_to(traceparent: str) -> list[trace.Link]:
    """Return what links a new span to the trace that caused it; nothing when there is none."""
    context = _TRACE_CONTEXT.extract({"traceparent": traceparent})
    span_context = trace.get_current_span(context).get_span_context()
    return [trace.Link(span_context)] if span_context.is_valid else []


def current_trace_id() -> str:
    """Return the id of the current trace, 32 hexadecimal digits; empty when there is none."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else ""
