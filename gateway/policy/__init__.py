"""Pure rules: (facts, now) gives a Verdict.  Nothing here reads a clock, a file or a row."""
