"""The command line: one file a command; each parses and delegates."""
