"""Security Event Tokens: RFC 8417, 8935, 8936, 9493, 9967 and the SET profile of SSF 1.0."""
