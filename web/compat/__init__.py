"""What other services' clients say, answered as they expect it: a folder for each dialect.

A dialect is the same queue and the same rules under other names; it has no verbs of its own.
"""

from __future__ import annotations

# Below these paths a program shows a key of its own; nobody is asked to sign in, and no form token counts.
PATHS = ("/2010-04-01/", "/v2/Services", "/v2/PhoneNumbers/", "/v1/PhoneNumbers/")
