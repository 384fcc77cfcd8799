"""Setting a transmit stream back through its configuration, by goSignals' members.

`resetJti` and `resetDate` are an action: it is in the journal once the change is stored, and no
member of the configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.members import optional_text
from ssf_registrar.domain.streams import ADMIN, Caller, Direction, Reset, Status, Stream
from ssf_registrar.domain.timestamps import microseconds_of

_JTI: Final = "resetJti"
_DATE: Final = "resetDate"


@dataclass(frozen=True, slots=True)
class _Target:
    member: str
    jti: str
    date: int


def with_reset(
    changed: Stream, body: Mapping[str, object], *, of: Stream, caller: Caller
) -> Stream:
    """Return a changed stream with the reset that the body asks for, if it does.

    `of` is the stream before the change. Each request is a reset of its own, also to where the last
    one was. Raises `InvalidRequestError` or `MissingScopeError`.
    """
    target = _target(body)
    if target is None:
        return changed
    _check(changed, target, caller)
    revision = of.revision + 1
    reset = Reset(jti=target.jti, date=target.date, revision=revision)
    return replace(changed, reset=reset, revision=revision)


def _target(body: Mapping[str, object]) -> _Target | None:
    jti, date = optional_text(body, _JTI), optional_text(body, _DATE)
    if jti is not None and date is not None:
        raise InvalidRequestError(f"send either {_JTI} or {_DATE}: a stream is set back once")
    if jti is not None:
        return _Target(_JTI, jti, 0)
    if date is not None:
        return _Target(_DATE, "", microseconds_of(date, member=_DATE))
    return None


def _check(stream: Stream, target: _Target, caller: Caller) -> None:
    member = target.member
    if not caller.is_admin:
        raise MissingScopeError(ADMIN, purpose=member)
    if stream.direction is Direction.RECEIVE:
        raise InvalidRequestError(f"{member} is for transmit streams: ask this one's transmitter")
    if stream.status is Status.DISABLED:
        raise InvalidRequestError(
            f"{member}: the stream is disabled, and drops what is for it: enable it first"
        )
    if member == _JTI and not target.jti.endswith(f"-{stream.stream_id}"):
        raise InvalidRequestError(
            f"{_JTI} must be the jti of a SET of this stream: it ends with -{stream.stream_id}"
        )
