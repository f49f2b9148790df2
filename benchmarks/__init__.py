"""Programs that print ratios; never asserted in tests."""
