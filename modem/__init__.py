"""Speaks to a modem: bytes, AT commands, TPDUs and one port; knows no database, no policy, no web."""
