"""Which URLs a stream may make this cluster call."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssf_registrar.domain.endpoints import (
    Endpoint,
    EndpointPolicy,
    Reach,
    check_reach,
    parse_endpoint,
    reach_of,
)
from ssf_registrar.domain.errors import InvalidRequestError

PUBLIC_ONLY = EndpointPolicy(allow_private=False, allow_loopback=False)
ON_LOOPBACK = EndpointPolicy(allow_private=False, allow_loopback=True)
PRIVATE_TOO = EndpointPolicy(allow_private=True, allow_loopback=False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "https://receiver.example/events?stream=1",
            Endpoint("m", "https", "receiver.example"),
            id="a public URL with a query",
        ),
        pytest.param(
            "https://Receiver.Example:8443",
            Endpoint("m", "https", "receiver.example"),
            id="upper case and a port",
        ),
        pytest.param("http://127.0.0.1:8083/x", Endpoint("m", "http", "127.0.0.1"), id="IPv4"),
        pytest.param("https://[2001:db8::1]:1/x", Endpoint("m", "https", "2001:db8::1"), id="IPv6"),
        pytest.param("HTTPS://a/", Endpoint("m", "https", "a"), id="an upper-case scheme"),
    ],
)
def test_a_url_of_good_form_is_taken_apart(url: str, expected: Endpoint) -> None:
    assert parse_endpoint(url, member="m") == expected


@pytest.mark.parametrize(
    ("url", "what"),
    [
        pytest.param("", "visible ASCII", id="empty"),
        pytest.param("receiver.example/events", "must be a URL such as", id="no scheme"),
        pytest.param("ftp://receiver.example/", "must be a URL such as", id="another scheme"),
        pytest.param("file:///etc/passwd", "must be a URL such as", id="a file"),
        pytest.param("https:///events", "must be a URL such as", id="no host"),
        pytest.param("https://[::1/events", "must be a URL such as", id="an open bracket"),
        pytest.param("https://[v1.x]/", "must be a URL such as", id="an address of the future"),
        pytest.param("https://a:b/", "must be a URL such as", id="a port that is no number"),
        pytest.param("https://a:0/", "must be a URL such as", id="port 0"),
        pytest.param("https://a:70000/", "must be a URL such as", id="a port that is too high"),
        pytest.param("https://-a.example/", "must be a URL such as", id="a host like an option"),
        pytest.param("https://a%00b/", "must be a URL such as", id="an escape in the host"),
        pytest.param("https://user:pw@a.example/", "userinfo", id="userinfo"),
        pytest.param("https://@a.example/", "userinfo", id="empty userinfo"),
        pytest.param("https://a.example/#x", "fragment", id="a fragment"),
        pytest.param("https://a.example/#", "fragment", id="an empty fragment"),
        pytest.param("https://a.example/\tx", "visible ASCII", id="a tab"),
        pytest.param("https://a.example/ x", "visible ASCII", id="a space"),
        pytest.param("https://a.example\\@b.example/", "visible ASCII", id="a backslash"),
        pytest.param("https://bücher.example/", "visible ASCII", id="a letter beyond ASCII"),
    ],
)
def test_a_url_of_bad_form_is_refused_with_what_would_be_right(url: str, what: str) -> None:
    with pytest.raises(InvalidRequestError, match=what) as refused:
        parse_endpoint(url, member="delivery.endpoint_url")

    assert str(refused.value).startswith("delivery.endpoint_url ")


@given(st.one_of(st.text(), st.text(alphabet=":/[]@#?%.0127abhtps\\").map("https://".__add__)))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    try:
        endpoint = parse_endpoint(text, member="m")
    except InvalidRequestError:
        return

    assert endpoint.host
    assert endpoint.scheme in {"http", "https"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", Reach.PUBLIC),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", Reach.PUBLIC),
        ("127.0.0.1", Reach.LOOPBACK),
        ("127.255.0.9", Reach.LOOPBACK),
        ("::1", Reach.LOOPBACK),
        ("::ffff:127.0.0.1", Reach.LOOPBACK),
        ("64:ff9b::7f00:1", Reach.LOOPBACK),
        ("10.1.2.3", Reach.PRIVATE),
        ("172.16.0.1", Reach.PRIVATE),
        ("192.168.1.1", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("100.100.100.200", Reach.PRIVATE),
        ("169.254.169.254", Reach.PRIVATE),
        ("168.63.129.16", Reach.PRIVATE),
        ("192.0.2.1", Reach.PRIVATE),
        ("240.0.0.1", Reach.PRIVATE),
        ("255.255.255.255", Reach.PRIVATE),
        ("fd00:ec2::254", Reach.PRIVATE),
        ("fe80::1", Reach.PRIVATE),
        ("fe80::1%eth0", Reach.PRIVATE),
        ("::ffff:10.0.0.1", Reach.PRIVATE),
        ("::7f00:1", Reach.PRIVATE),
        ("2002:a00:1::", Reach.PRIVATE),
        ("64:ff9b::a9fe:a9fe", Reach.PRIVATE),
        ("0.0.0.0", Reach.NOWHERE),  # noqa: S104  an address to refuse
        ("::", Reach.NOWHERE),
        ("224.0.0.1", Reach.NOWHERE),
        ("ff02::1", Reach.NOWHERE),
    ],
)
def test_the_reach_of_an_address_is_that_of_what_it_leads_to(address: str, expected: Reach) -> None:
    assert reach_of(ip_address(address)) == expected


PUBLIC, LOOPBACK, PRIVATE, NOWHERE = "93.184.215.14", "127.0.0.1", "10.0.0.1", "224.0.0.1"


@pytest.mark.parametrize(
    ("scheme", "addresses", "policy"),
    [
        pytest.param("https", [PUBLIC], PUBLIC_ONLY, id="https to a public address"),
        pytest.param("https", [LOOPBACK], ON_LOOPBACK, id="https to loopback, when it is ours"),
        pytest.param("http", [LOOPBACK, "::1"], ON_LOOPBACK, id="http to loopback, also by IPv6"),
        pytest.param("http", [LOOPBACK], PRIVATE_TOO, id="http to loopback, with private allowed"),
        pytest.param("https", [PRIVATE], PRIVATE_TOO, id="https to a private address, if allowed"),
        pytest.param("https", [], PRIVATE_TOO, id="a name not yet known, with private allowed"),
    ],
)
def test_an_allowed_endpoint_passes(
    scheme: str, addresses: list[str], policy: EndpointPolicy
) -> None:
    found = [ip_address(address) for address in addresses]

    check_reach(Endpoint("m", scheme, "host"), found, policy)


@pytest.mark.parametrize(
    ("scheme", "addresses", "policy", "what"),
    [
        pytest.param("http", [PUBLIC], PRIVATE_TOO, "must be https", id="http to a public one"),
        pytest.param("http", [PRIVATE], PRIVATE_TOO, "must be https", id="http to a private one"),
        pytest.param(
            "http", [LOOPBACK, PUBLIC], ON_LOOPBACK, "must be https", id="http to loopback in part"
        ),
        pytest.param("http", [], PRIVATE_TOO, "must be https", id="http to an unknown name"),
        pytest.param("https", [LOOPBACK], PUBLIC_ONLY, "loopback", id="loopback from outside"),
        pytest.param("http", [LOOPBACK], PUBLIC_ONLY, "loopback", id="the same by http"),
        pytest.param("https", [PRIVATE], ON_LOOPBACK, "PRIVATE_ENDPOINTS=true", id="private"),
        pytest.param("https", [PUBLIC, PRIVATE], PUBLIC_ONLY, "private", id="private in part"),
        pytest.param("https", [NOWHERE], PRIVATE_TOO, "multicast", id="multicast, always"),
        pytest.param("https", [], PUBLIC_ONLY, "does not resolve: host", id="an unknown name"),
    ],
)
def test_any_other_endpoint_is_refused(
    scheme: str, addresses: list[str], policy: EndpointPolicy, what: str
) -> None:
    found = [ip_address(address) for address in addresses]

    with pytest.raises(InvalidRequestError, match=what):
        check_reach(Endpoint("m", scheme, "host"), found, policy)
