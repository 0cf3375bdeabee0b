"""What a campaign brought: rates with their formula, money, and how sure one may be."""
