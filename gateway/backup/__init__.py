"""Copies of all that the appliance remembers: made while it runs, checked, and put back on an empty one."""
