"""A file of contacts on its way into the book: read, mapped, previewed, taken in a little at a time."""
