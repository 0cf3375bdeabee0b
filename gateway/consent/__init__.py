"""Who agreed and who said no: the ledgers, and what they say of one person now."""
