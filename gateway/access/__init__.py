"""Who may come in: people by password, programs by key."""
