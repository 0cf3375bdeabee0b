"""The modem that is not there: a GSM modem on a real pty, with its SIM, its network and its phones.

It is a witness, not a mirror: it shares no code with the rest of the house and has its own TPDUs.

| file | is |
|---|---|
| `run` | the ways to start it: `run` in the foreground, `Simulator` for a `with` block |
| `control` | what can be asked of it while it runs: phones, messages, faults, the log |
| `troubles` | the faults among them; `faults` those of a single command, `silence` those of the whole modem |
| `families` | how real modems differ: one row each, which `speech`, `power` and `commands.manners` play |
| `handsets` | the phones, and the numbers that mean something |
| `network` | registration, acceptance, reports, what it keeps when the modem cannot take it |
| `device` | the AT line; `commands` is its vocabulary, `reception` and `text_mode` what it shows |
| `calls` | somebody rings |
| `sim_card` | storages, PIN, references |
| `tpdu`, `user_data`, `fields`, `alphabet` | octets |
| `simulation` | all of it without a line: bytes and time in, bytes out |
| `loop`, `station`, `pty_port`, `control_socket` | the lines and the sockets |
"""
