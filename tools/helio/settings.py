"""What `helio` reads from its command line and environment, and what it hands to the services."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from servicekit.failures import StartError
from servicekit.settings import ServiceSettings, sentence_of

_SQLITE = "sqlite:"


class ClusterSettings(ServiceSettings):
    """The settings of a whole cluster: each service gets the same."""

    admin_token: SecretStr | None = None
    """The admin token; where it is not set, one is made and kept in the data folder."""
    replicas: int = Field(default=1, ge=1)
    """Copies of each service; the embedded store carries one."""

    @field_validator("data")
    @classmethod
    def _data_is_the_same_for_every_process(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="after")
    def _unix_sockets_only(self) -> Self:
        for name in ("grpc_listen", "resource_store", "ssf_registrar"):
            if getattr(self, name) is not None:
                raise ValueError(
                    f"HELIOGRAPH_{name.upper()} is for services that run apart, and `helio up` runs"
                    " them together on unix sockets: unset it"
                )
        return self

    @model_validator(mode="after")
    def _embedded_store_only(self) -> Self:
        scheme = self.store.partition(":")[0]
        if self.store != _SQLITE:
            raise ValueError(
                f"--store {scheme}: is not supported: this release has the embedded store only"
                f" ({_SQLITE}, the default)"
            )
        if self.replicas > 1:
            raise ValueError(
                f"--replicas {self.replicas}: the embedded store ({_SQLITE}) carries one of each"
                " service: leave --replicas out"
            )
        return self


def cluster_settings(
    *,
    data: Path | None = None,
    port: int | None = None,
    store: str | None = None,
    replicas: int | None = None,
) -> ClusterSettings:
    """Return the settings: what is given here, else the environment's, else the default.

    Raises `StartError` with one line that names what is wrong.
    """
    given = {"data": data, "port": port, "store": store, "replicas": replicas}
    known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        return ClusterSettings(**known)
    except ValidationError as error:
        raise StartError(sentence_of(error)) from None


def child_environment(
    settings: ClusterSettings, service: str, *, admin_token: str
) -> Mapping[str, str]:
    """Return a service's environment: this process's own, and what makes it part of the cluster.

    The admin token goes to the registrar alone, which keeps its hash.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  handed down whole
        if name.upper() != "HELIOGRAPH_ADMIN_TOKEN"
    }
    own = {"HELIOGRAPH_ADMIN_TOKEN": admin_token} if service == "ssf-registrar" else {}
    return {
        **inherited,
        **own,
        "HELIOGRAPH_PORT": str(settings.port),
        "HELIOGRAPH_STORE": settings.store,
        "HELIOGRAPH_SUPERVISED": "true",
    }
