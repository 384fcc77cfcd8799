"""Running a service: servers, channels, errors, tokens, telemetry, storage. Knows no business."""
