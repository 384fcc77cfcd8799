"""The cluster in containers: what compose.yaml needs, made, started and stopped."""
