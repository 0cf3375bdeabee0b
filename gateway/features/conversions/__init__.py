"""Conversions: somebody came back with the code of a campaign, and bought for so much."""
