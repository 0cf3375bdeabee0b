"""Words of the shop's own that people text: answered, sorted into tags and groups, told."""
