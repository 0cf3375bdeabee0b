"""A refusal has a number (27.005 section 3.2.5, 27.007 section 9.2); AT+CMEE decides how it is said."""

from __future__ import annotations

CMS_TEXTS = {
    38: "Network out of order",
    300: "ME failure",
    302: "Operation not allowed",
    304: "Invalid PDU mode parameter",
    305: "Invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    316: "SIM PUK required",
    321: "Invalid memory index",
    322: "Memory full",
    331: "No network service",
    340: "No +CNMA acknowledgement expected",
}

CME_TEXTS = {
    3: "Operation not allowed",
    4: "Operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    16: "Incorrect password",
    30: "No network service",
    50: "Incorrect parameters",
}

NOT_ALLOWED, NOT_SUPPORTED, WRONG_PASSWORD, NO_SERVICE, WRONG_PARAMETERS = 3, 4, 16, 30, 50
BAD_PDU, BAD_TEXT, BAD_INDEX, FULL, NO_NETWORK, NO_ACK_EXPECTED = 304, 305, 321, 322, 331, 340


class Refused(Exception):
    """A command was refused: the final result is an error."""

    def line(self, verbosity: int) -> str:
        """The final result code under AT+CMEE=`verbosity`."""
        return "ERROR"


class CmsError(Refused):
    """Said with its number whatever AT+CMEE is, in words when it is 2."""

    def __init__(self, code: int) -> None:
        super().__init__(f"+CMS ERROR: {code}")
        self.code = code

    def line(self, verbosity: int) -> str:
        return f"+CMS ERROR: {CMS_TEXTS.get(self.code, self.code) if verbosity == 2 else self.code}"


class CmeError(Refused):
    """Plain ERROR when AT+CMEE is 0, a number when 1, words when 2."""

    def __init__(self, code: int) -> None:
        super().__init__(f"+CME ERROR: {code}")
        self.code = code

    def line(self, verbosity: int) -> str:
        if verbosity == 0:
            return "ERROR"
        return f"+CME ERROR: {CME_TEXTS.get(self.code, self.code) if verbosity == 2 else self.code}"


class Literally(Refused):
    """Said as it is, whatever AT+CMEE is."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self._line = line

    def line(self, verbosity: int) -> str:
        return self._line
