"""What the search learns from its use: counted without identity, shown to the steward, bounded in the ranking."""
