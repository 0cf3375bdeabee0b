"""Appointments, and the messages that remind people of them."""
