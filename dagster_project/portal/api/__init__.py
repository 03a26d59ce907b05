"""The same powers for programs: JSON over HTTP, described by OpenAPI at /api/v1/openapi.json."""
