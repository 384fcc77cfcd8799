"""Made-up people, with names, places and numbers as in many countries."""

import random
import unicodedata
from dataclasses import dataclass
from typing import Any

from faker import Faker

from heliograph_demo.changes import external_id_of

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
DOMAIN = "example.com"

_LOCALES = (
    *("en_US", "en_GB", "de_DE", "fr_FR", "pl_PL", "es_ES", "pt_BR", "it_IT", "sv_SE", "tr_TR"),
    *("cs_CZ", "vi_VN", "el_GR", "ru_RU", "uk_UA", "ka_GE", "hy_AM", "he_IL", "ar_SA", "fa_IR"),
    *("hi_IN", "ta_IN", "th_TH", "ja_JP", "zh_CN", "zh_TW", "ko_KR"),
)
_FAMILY_NAME_FIRST = frozenset({"ja", "zh", "ko", "vi"})
_TIMEZONES = {
    "US": "America/Chicago",
    "BR": "America/Sao_Paulo",
    "GB": "Europe/London",
    "JP": "Asia/Tokyo",
    "CN": "Asia/Shanghai",
    "TW": "Asia/Taipei",
    "KR": "Asia/Seoul",
    "IN": "Asia/Kolkata",
    "SA": "Asia/Riyadh",
}
_USER_TYPES = ("Employee", "Employee", "Employee", "Employee", "Contractor", "Intern")


@dataclass(frozen=True, slots=True)
class Post:
    """Where a person works."""

    department: str
    title: str
    cost_center: str


class People:
    """Makes people; the same seed makes the same ones, in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  made-up people are no secret
        self._fakers = {locale: Faker(locale) for locale in _LOCALES}
        for number, faker in enumerate(self._fakers.values()):
            faker.seed_instance(seed * 1000 + number)

    def person(self, key: str, post: Post) -> dict[str, Any]:
        """Return the SCIM attributes of a new person, without a manager (RFC 7643 section 4.1)."""
        locale = self._random.choice(_LOCALES)
        faker = self._fakers[locale]
        number = int(key.partition("/")[2])
        given, family = faker.first_name(), faker.last_name()
        language, _, country = locale.partition("_")
        user_name = _user_name(given, family, language, number)
        person: dict[str, Any] = {
            "schemas": [USER_SCHEMA, ENTERPRISE_SCHEMA],
            "externalId": external_id_of(key),
            "userName": user_name,
            "name": _name(given, family, language),
            "displayName": _formatted(given, family, language),
            "title": post.title,
            "userType": self._random.choice(_USER_TYPES),
            "preferredLanguage": f"{language}-{country}",
            "locale": f"{language}-{country}",
            "timezone": _TIMEZONES.get(country, "Europe/Berlin"),
            "active": True,
            "emails": [{"value": f"{user_name}@{DOMAIN}", "type": "work", "primary": True}],
            "phoneNumbers": [{"value": faker.phone_number(), "type": "work"}],
            ENTERPRISE_SCHEMA: {
                "employeeNumber": f"{100_000 + number}",
                "organization": "Heliograph Instruments",
                "division": self._random.choice(("Americas", "EMEA", "APAC")),
                "department": post.department,
                "costCenter": post.cost_center,
            },
        }
        self._add_what_not_all_have(person, faker, country)
        return person

    def address(self, faker: Faker, country: str) -> dict[str, Any]:
        """Return a postal address of a country."""
        return {
            "type": "work",
            "streetAddress": faker.street_address(),
            "locality": faker.city(),
            "postalCode": faker.postcode(),
            "country": country,
        }

    def moved_house(self) -> dict[str, Any]:
        """Return a new address somewhere."""
        locale = self._random.choice(_LOCALES)
        return self.address(self._fakers[locale], locale.partition("_")[2]) | {"type": "home"}

    def phone_number(self) -> str:
        """Return a new phone number."""
        return str(self._fakers[self._random.choice(_LOCALES)].phone_number())

    def family_name(self) -> str:
        """Return a new family name, as after a marriage."""
        return str(self._fakers[self._random.choice(_LOCALES)].last_name())

    def _add_what_not_all_have(self, person: dict[str, Any], faker: Faker, country: str) -> None:
        if self._random.random() < 0.6:
            person["addresses"] = [self.address(faker, country)]
        if self._random.random() < 0.3:
            person["phoneNumbers"].append({"value": faker.phone_number(), "type": "mobile"})
        if self._random.random() < 0.2:
            person["emails"].append({"value": faker.free_email(), "type": "home"})
        if self._random.random() < 0.1:
            person["nickName"] = faker.first_name()
        if self._random.random() < 0.1:
            person["roles"] = [{"value": "approver", "display": "Approver", "primary": True}]
        if self._random.random() < 0.02:
            # Never to be seen again: not in an answer, nor in an event.
            person["password"] = faker.password(length=16)


def _user_name(given: str, family: str, language: str, number: int) -> str:
    plain = _ascii(given), _ascii(family)
    if all(plain):
        return f"{plain[0]}.{plain[1]}.{number}"
    # Half of those whose script is another one keep it: userName is any text (RFC 7643, 4.1.1).
    return f"{family}.{given}.{number}".replace(" ", "") if number % 2 else f"{language}{number:05}"


def _ascii(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name).replace("ł", "l").replace("Ł", "L")
    return "".join(letter for letter in decomposed.lower() if letter.isascii() and letter.isalpha())


def _formatted(given: str, family: str, language: str) -> str:
    if language not in _FAMILY_NAME_FIRST:
        return f"{given} {family}"
    return f"{family} {given}" if language == "vi" else f"{family}{given}"


def _name(given: str, family: str, language: str) -> dict[str, str]:
    return {
        "givenName": given,
        "familyName": family,
        "formatted": _formatted(given, family, language),
    }
