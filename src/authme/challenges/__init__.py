"""Challenges.

Owns what a person is asked to answer once: its purpose, for whom, in which session and for which factor, the tries and the end.
Does not know how the question reaches the person (notify) nor what a right answer is worth (sign_in and factors).
"""
