"""How the families of modems differ, as far as a host can see: one row a family.

| field | says |
|---|---|
| `boot` | lines after power on, each with the share of `boot_seconds` at which it comes |
| `noise` | lines in between that mean nothing to a host, one each `noise_seconds`; `quiet` ends them |
| `answers` | commands of its own, written without "AT" and quotes, and their data lines |
| `refuses` | standard commands and how they end, the first pattern that fits the whole command |
| `unknown` | how any other command ends; "" as the standard says |
| `framing` | what stands before and after each line it says |
| `tight` | no space after the colon |
| `unquoted` | lines of these names without their quotes |
| `alphas` | +CMGL and +CMGR show the empty field for a name |
| `indications` | the values +CNMI takes, position by position; `listed` what +CNMI=? pretends |
| `report_told` | the place +CDSI names, right or wrong |
| `storages` | names for reading and deleting, for writing and sending, for receiving |
| `starting` | the storage selected after power on |
| `power_off` | the command that switches it off |

Lines may name {imei}, {iccid}, {state}, {pin_left} and {puk_left}.  `generic` is as the standard says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Names = tuple[str, ...]
UNSUPPORTED, NOT_ALLOWED, UNKNOWN_ERROR = "+CMS ERROR: 303", "+CMS ERROR: 302", "+CMS ERROR: 500"


@dataclass(frozen=True, slots=True)
class Family:
    """One family; see the table above."""

    manufacturer: str = "Chappe"
    model: str = "Simulated modem"
    revision: str = "1.0"
    boot: tuple[tuple[float, str], ...] = ()
    noise: Names = ()
    quiet: str = ""
    answers: Mapping[str, Names] = field(default_factory=dict)
    refuses: tuple[tuple[str, str], ...] = ()
    unknown: str = ""
    framing: tuple[str, str] = ("\r\n", "\r\n")
    tight: bool = False
    unquoted: Names = ()
    alphas: bool = True
    report_comma: bool = False  # +CDS: ,25
    indications: tuple[Names, ...] = (
        ("0", "1", "2", "3"),
        ("0", "1", "2"),
        ("0",),
        ("0", "1", "2"),
        ("0", "1"),
    )
    listed: str = "(0-3),(0-2),(0),(0-2),(0-1)"
    report_told: str = ""
    storages: tuple[Names, Names, Names] = (("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME"))
    starting: str = "SM"
    first_index: int = 1
    copies: int = 1  # how often it stores what comes in
    packed_ussd: bool = False  # codes as packed septets in hex, answers as UCS-2 in hex
    power_off: str = ""
    # what is said when the SIM is taken out, and when it is back
    sim_gone: Names = ("+CPIN: NOT READY",)
    sim_back: Names = ("+CPIN: READY",)


FAMILIES: dict[str, Family] = {
    "generic": Family(),
    "sim800": Family(
        "SIMCOM_Ltd",
        "SIMCOM_SIM800L",
        "Revision:1418B05SIM800L24",
        boot=(
            (0.0, "RDY"),
            (0.5, "+CFUN: 1"),
            (0.6, "+CPIN: READY"),
            (0.9, "Call Ready"),
            (1.0, "SMS Ready"),
        ),
        noise=("UNDER-VOLTAGE WARNNING", '*PSUTTZ: 2026,3,4,11,0,0,"+4",0', "DST: 0"),
        answers={"+CCID": ("{iccid}f",), "+SPIC": ("+SPIC: {pin_left},{puk_left},3,10",)},
        refuses=((r"\+(CEREG|ICCID|QCCID|CPINR).*", "ERROR"),),
        framing=("\r\n", "\r\r\n"),
        indications=(("0", "1", "2", "3"), ("0", "1", "2"), ("0", "2"), ("0", "1"), ("0", "1")),
        listed="(0-3),(0-3),(0,2),(0,1),(0,1)",
        storages=(("SM",), ("SM",), ("SM",)),
        power_off="+CPOWD",
        sim_gone=("+CPIN: NOT INSERTED",),
    ),
    "sim7600": Family(
        "SIMCOM INCORPORATED",
        "SIMCOM_SIM7600E-H",
        "LE20B04SIM7600M22",
        boot=((0.0, "RDY"), (0.5, "+CPIN: READY"), (0.9, "SMS DONE"), (1.0, "PB DONE")),
        noise=("+CSQ: 19,99", "+CNSMOD: 8", "+CGEV: ME PDN ACT 1,0"),
        answers={"+CICCID": ("+ICCID: {iccid}",), "+SPIC": ("+SPIC: {pin_left},{puk_left},3,10",)},
        refuses=((r"\+(CCID|ICCID|QCCID|CPINR).*", "ERROR"),),
        indications=(("0", "1", "2"), ("0", "1", "2"), ("0", "2"), ("0", "2"), ("0", "1")),
        listed="(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        storages=(("ME", "SM", "SR"), ("ME", "SM"), ("ME", "SM")),
        starting="ME",
        first_index=0,
        power_off="+CPOF",
    ),
    "a7670": Family(
        "INCORPORATED",
        "A7670E-FASE",
        "A7670M7_V1.11.1",
        boot=((0.0, "*ATREADY: 1"), (0.5, "+CPIN: READY"), (0.9, "SMS DONE"), (1.0, "PB DONE")),
        noise=("+CGEV: EPS PDN ACT 1", "+CGEV: NW MODIFY 1,0"),
        answers={"+ICCID": ("+ICCID: {iccid}",), "+SPIC": ("+SPIC: {pin_left},{puk_left},3,10",)},
        refuses=((r"\+(CCID|QCCID|CPINR).*", "ERROR"), (r"\+CMMS=.*", NOT_ALLOWED)),
        indications=(("0", "1", "2"), ("0", "1", "2"), ("0",), ("0",), ("0", "1")),
        listed="(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        storages=(("ME", "SM"), ("ME", "SM"), ("ME", "SM")),
        starting="ME",
        first_index=0,
        copies=2,
        power_off="+CPOF",
        sim_gone=("+CPIN: SIM REMOVED",),
    ),
    "ec25": Family(
        "Quectel",
        "EC25",
        "EC25EFAR06A01M4G",
        boot=(
            (0.0, "RDY"),
            (0.5, "+CFUN: 1"),
            (0.6, "+CPIN: READY"),
            (0.7, "+QUSIM: 1"),
            (0.9, "+QIND: SMS DONE"),
            (1.0, "+QIND: PB DONE"),
        ),
        noise=('+QIND: "csq",19,99', '+QIND: "act","LTE"'),
        answers={
            "+QPINC?": ("+QPINC: SC,{pin_left},{puk_left}", "+QPINC: P2,3,10"),
            "+QPINC=SC": ("+QPINC: SC,{pin_left},{puk_left}",),
        },
        refuses=((r"\+(CCID|ICCID|CPINR).*", "ERROR"),),
        report_told='"SM",0',
        storages=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
        starting="ME",
        first_index=0,
        power_off="+QPOWD",
    ),
    "huawei": Family(
        "huawei",
        "E3531",
        "21.521.09.00.00",
        boot=((0.0, "^SYSSTART"), (0.5, "^SIMST:1"), (0.8, "^SRVST:2"), (1.0, "^MODE:5,4")),
        noise=(
            "^RSSI:19",
            '^HCSQ:"WCDMA",43,41,60',
            "^BOOT:20164651,0,0,0,72",
            '^NWTIME:"26/03/04,11:00:00+4,0"',
        ),
        quiet="^CURC=0",
        answers={"^ICCID?": ("^ICCID: {iccid}F",), "^CPIN?": ("^CPIN:{state},,{puk_left},{pin_left},10,3",)},
        refuses=(
            (r"\+(CCID|ICCID|QCCID|CPINR|CEREG).*", "COMMAND NOT SUPPORT"),
            (r"\+CMMS=2", UNKNOWN_ERROR),
            (r"\+CSMS=0", NOT_ALLOWED),
        ),
        unknown="COMMAND NOT SUPPORT",
        tight=True,
        unquoted=("+CCLK",),
        alphas=False,
        indications=(("0", "1"), ("0", "1", "2"), ("0",), ("0", "1"), ("0", "1")),
        listed="(0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)",
        storages=(("SM", "ME"), ("SM", "ME"), ("SM", "ME")),
        first_index=0,
        packed_ussd=True,
        sim_gone=("^SIMST:255",),
        sim_back=("^SIMST:1",),
    ),
    "zte": Family(
        "ZTE INCORPORATED",
        "MF626",
        "BD_P673M3V1.0.1",
        boot=((0.0, '+ZDONR: "Simulated",208,1,"CS_ONLY","ROAM_OFF"'), (1.0, "+ZUSIMR:2")),
        noise=('+ZPASR: "UMTS"', "+ZPSTM: 0,0", '+ZDONR: "Simulated",208,1,"CS_PS","ROAM_OFF"'),
        answers={"+ZGETICCID": ("+ZGETICCID: {iccid}",), "+ZPINPUK=?": ("+ZPINPUK: {pin_left},{puk_left}",)},
        refuses=((r"\+(CCID|ICCID|QCCID|CPINR|CEREG).*", "ERROR"), (r"\+CMMS=2", UNSUPPORTED)),
        alphas=False,
        report_comma=True,
        indications=(("0", "1"), ("0", "1", "2"), ("0",), ("0", "2"), ("0", "1")),
        listed="(0-2),(0-3),(0,2),(0-2),(0,1)",
        sim_gone=("+ZUSIMR:0",),
        sim_back=("+ZUSIMR:2",),
    ),
}
