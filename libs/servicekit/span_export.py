"""Spans on their way out by OTLP, and the libraries that make them."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient, GrpcAioInstrumentorServer
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


@contextmanager
def exporting(service: str, endpoint: str) -> Iterator[None]:
    """Send the spans of this process to an OTLP receiver while the context is open.

    URLs are traced without their queries, which can hold people's names and keys.
    """
    is_insecure = endpoint.startswith("http:")
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=is_insecure)
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    GrpcAioInstrumentorClient().instrument()  # type: ignore[no-untyped-call]
    GrpcAioInstrumentorServer().instrument()  # type: ignore[no-untyped-call]
    AioHttpClientInstrumentor().instrument(url_filter=lambda url: str(url.with_query(None)))
    try:
        yield
    finally:
        provider.shutdown()
