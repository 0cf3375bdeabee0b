"""`python -m gateway.cli` is the `chappe` command."""

from gateway.cli import main

main(prog_name="chappe")
