"""What somebody may do: four roles, each with all that the one before may."""

from __future__ import annotations

from gateway.errors import Invalid

ROLES = ("viewer", "writer", "manager", "administrator")
LOOKS, WRITES, MANAGES, ADMINISTERS = ROLES


def reaches(role: str, least: str) -> bool:
    """Whether this role may do what needs at least that one; a role that nobody knows may nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(least)


def known(role: str) -> str:
    """The role itself; raises Invalid `role_unknown`."""
    if role not in ROLES:
        raise Invalid("role_unknown", field="role", value=role, known=", ".join(ROLES))
    return role
