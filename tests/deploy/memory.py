"""How long Alertmanager has to remember what it sent."""

from __future__ import annotations

from validators.contacts import Sending

# Twice the longest time after which contacts may ask for a repetition.
LONGEST_HOURS = (
    2 * 7 * 24 * max(limit.le for limit in Sending.model_fields["repeat_weeks"].metadata if hasattr(limit, "le"))
)
