"""Automations: a date, a group or a program's event sets off steps for one person."""
