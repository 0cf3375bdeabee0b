"""A few questions to many people, answered by text as people write."""
