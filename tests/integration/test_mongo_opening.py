"""What keeps a service from opening its MongoDB database is one line without the password."""

import pytest

from servicekit.failures import StartError
from servicekit.mongo import open_mongo

PASSWORD = "conspicuous"


async def refusal(url: str) -> str:
    with pytest.raises(StartError) as refused:
        async with open_mongo(url, "any-service", []):
            pass
    return str(refused.value)


async def test_wrong_credentials_are_told_from_an_unreachable_host(mongo_url: str) -> None:
    url = mongo_url.replace("mongodb://", f"mongodb://nobody:{PASSWORD}@")

    said = await refusal(f"{url}&authSource=admin")

    assert said == (
        "MongoDB refuses the credentials of HELIOGRAPH_STORE (code 18):"
        " correct the user, the password, or authSource"
    )


@pytest.mark.parametrize(
    ("url", "what"),
    [
        pytest.param(
            f"mongodb://u:{PASSWORD}@127.0.0.1:1/?replicaSet=rs0",
            "cannot reach MongoDB at 127.0.0.1:1 ",
            id="nobody listens",
        ),
        pytest.param(
            f"mongodb://u:{PASSWORD}@127.0.0.1:99999/", "is no valid MongoDB URL", id="malformed"
        ),
        pytest.param(
            f"mongodb://u:{PASSWORD}:x@h/", "is no valid MongoDB URL", id="an unescaped password"
        ),
    ],
)
async def test_a_url_that_leads_nowhere_is_one_line(url: str, what: str) -> None:
    said = await refusal(url)

    assert what in said
    assert PASSWORD not in said
    assert "\n" not in said
