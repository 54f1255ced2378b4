"""Brings a coalition's organisations from a list into its registry and into a letter's sign-on room. What is alike is
decided by a person, row by row; nothing is mailed."""
