"""What a terminal may be shown of a file that came from anywhere.

Belongs here: characters that would steer the terminal. Does not belong here: what is printed.
"""

from __future__ import annotations

# They are shown as their pictures (␛), never sent. Tabs and line breaks may pass.
VISIBLE = {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
VISIBLE |= {0x7F: 0x2421, **dict.fromkeys(range(0x80, 0xA0), 0xFFFD)}
