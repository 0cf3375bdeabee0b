"""Alarms reach people: by message while a SIM works, by mail while the internet does.

alarm steps ─▶ telling (what people believe: `notices`) ─▶ a message of category alert, and a mail, to each

The cursor over the steps moves in the transaction that writes what is said, so that nothing is told twice or
never, whatever ends the process.
"""
