"""Mail to people, by a relay: rows that wait, one thread that talks SMTP.

outgoing.queue ─▶ `mails` ─▶ feature ─▶ the thread, relay.send ─▶ the relay
                     ▲                          │
                     └──────── outcome ◀────────┘

Whoever has something to say calls `outgoing.queue` in its own transaction; all else happens by itself, for
two days.  What was taken is emptied at once: the row keeps where it went, not what it said.
"""
