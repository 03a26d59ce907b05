"""Gauges out: frames become Prometheus metric families, served at /metrics or pushed to a Pushgateway."""
