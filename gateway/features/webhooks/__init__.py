"""Programs are told what happens, by HTTP: signed, in order, again and again until they have it.

history, parts, consents, alarm steps ─▶ news ─▶ `deliveries` ─▶ dispatch ─▶ workers ─▶ the program
                                                     ▲                          │
                                                     └──── outcomes, replies ◀──┘

A row of `deliveries` is written in the transaction that moves the cursor over what it tells; it waits until
its receiver took it, or for two days.  Only the workers' threads touch the network, only the loop's thread
writes what became of it.
"""
