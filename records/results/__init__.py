"""The results of records: their files, the five electronic steps, and the register by which they are verified."""
