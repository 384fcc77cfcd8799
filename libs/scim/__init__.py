"""SCIM 2.0: the core schema (RFC 7643) and protocol (RFC 7644), without transport."""
