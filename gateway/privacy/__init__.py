"""What is kept about a person: a copy of it, its end, and how long anything is kept."""
