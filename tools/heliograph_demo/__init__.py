"""The demo: two clusters, a made-up organisation, and a week of changes to it."""
