"""Made-up users, as cheap to make as they can be, of the size that real ones have."""

from typing import Any

from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA


def user(number: int) -> dict[str, Any]:
    """Return the body of a user without a password, about 1 KB of JSON."""
    name = f"user-{number:07}"
    return {
        "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
        "userName": f"{name}@example.com",
        "externalId": f"external-{number:07}",
        "name": {
            "formatted": f"Ms. Given{number} Family{number}",
            "familyName": f"Family{number}",
            "givenName": f"Given{number}",
        },
        "displayName": f"Given{number} Family{number}",
        "title": "Tour Guide",
        "userType": "Employee",
        "preferredLanguage": "en-US",
        "locale": "en-US",
        "timezone": "America/Los_Angeles",
        "active": True,
        "emails": [
            {"value": f"{name}@example.com", "type": "work", "primary": True},
            {"value": f"{name}@home.example.com", "type": "home"},
        ],
        "phoneNumbers": [{"value": f"tel:+1-201-555-{number:07}", "type": "work"}],
        "addresses": [
            {
                "type": "work",
                "streetAddress": f"{number} Universal City Plaza",
                "locality": "Hollywood",
                "region": "CA",
                "postalCode": "91608",
                "country": "US",
            }
        ],
        ENTERPRISE_USER_SCHEMA: {
            "employeeNumber": f"{number:07}",
            "costCenter": "4130",
            "organization": "Universal Studios",
            "division": "Theme Park",
            "department": f"Department {number % 100}",
        },
    }
