"""The kernel: what every feature stands on. Owns no feature's words, rows or rules."""
