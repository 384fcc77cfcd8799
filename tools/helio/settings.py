"""What `helio` reads from its command line and environment, and what it hands to the services."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from servicekit.failures import StartError
from servicekit.settings import ServiceSettings, sentence_of

_ADMIN_TOKEN: Final = "HELIOGRAPH_ADMIN_TOKEN"  # noqa: S105  a name
_MASTER_KEY: Final = "HELIOGRAPH_MASTER_KEY"
T = TypeVar("T", bound=ServiceSettings)
_OF_THE_REGISTRAR: Final = frozenset({_ADMIN_TOKEN, _MASTER_KEY})


class AdministratorSettings(ServiceSettings):
    """What it takes to ask a service that runs anywhere, be it in a container of its own."""

    admin_token: SecretStr | None = None
    """The admin token; where it is not set, one is made and kept in the data folder."""


class ClusterSettings(AdministratorSettings):
    """The settings of a whole cluster: each service gets the same."""

    master_key: SecretStr | None = None
    """What the registrar encrypts under; where it is not set, the embedded store makes one."""
    replicas: int = Field(default=1, ge=1)
    """Copies of each service; the embedded store carries one."""

    @field_validator("data")
    @classmethod
    def _data_is_the_same_for_every_process(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("schemas")
    @classmethod
    def _schemas_are_the_same_for_every_process(cls, value: Path | None) -> Path | None:
        return value and value.expanduser().resolve()

    @field_validator("store")
    @classmethod
    def _folder_is_the_same_for_every_process(cls, value: str) -> str:
        scheme, _, folder = value.partition(":")
        if scheme == "sqlite" and folder:
            return f"sqlite:{Path(folder).expanduser().resolve()}"
        return value

    @model_validator(mode="after")
    def _unix_sockets_only(self) -> Self:
        for name in ("grpc_listen", "resource_store", "ssf_registrar", "set_transmitter"):
            if getattr(self, name) is not None:
                raise ValueError(
                    f"HELIOGRAPH_{name.upper()} is for services that run apart, and `helio up` runs"
                    " them together on unix sockets: unset it"
                )
        return self


def cluster_settings(
    *,
    data: Path | None = None,
    port: int | None = None,
    store: str | None = None,
    schemas: Path | None = None,
    replicas: int | None = None,
) -> ClusterSettings:
    """Return the settings: what is given here, else the environment's, else the default.

    Raises `StartError` with one line that names what is wrong.
    """
    given = {"data": data, "port": port, "store": store, "schemas": schemas, "replicas": replicas}
    known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return _settings(ClusterSettings, known)


def administrator_settings() -> AdministratorSettings:
    """Return the settings of the environment. Raises `StartError` as above."""
    return _settings(AdministratorSettings, {})


def _settings(kind: type[T], known: Mapping[str, Any]) -> T:
    try:
        return kind(**known)
    except ValidationError as error:
        raise StartError(sentence_of(error)) from None


def child_environment(
    settings: ClusterSettings, service: str, *, admin_token: str
) -> Mapping[str, str]:
    """Return a service's environment: this process's own, and what makes it part of the cluster.

    The admin token, of which it keeps the hash, and the master key go to the registrar alone.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  handed down whole
        if name.upper() not in _OF_THE_REGISTRAR
    }
    own = _registrar_secrets(settings, admin_token) if service == "ssf-registrar" else {}
    schemas = {} if settings.schemas is None else {"HELIOGRAPH_SCHEMAS": str(settings.schemas)}
    return {
        **inherited,
        **own,
        **schemas,
        "HELIOGRAPH_PORT": str(settings.port),
        "HELIOGRAPH_STORE": settings.store,
        "HELIOGRAPH_SUPERVISED": "true",
    }


def _registrar_secrets(settings: ClusterSettings, admin_token: str) -> Mapping[str, str]:
    master_key = settings.master_key
    given = {} if master_key is None else {_MASTER_KEY: master_key.get_secret_value()}
    return {_ADMIN_TOKEN: admin_token, **given}
