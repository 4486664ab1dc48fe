"""Challenges.

Owns what a person is asked to answer once: its purpose, for whom, in which session and for which factor, the tries and the
end. Does not know how the question reaches a person (notify) nor what a right answer is worth (sign_in and factors).
"""

from authme.challenges.model import Challenge, Purpose
from authme.challenges.open import new_code, open_challenge
from authme.challenges.send_code import send_code

__all__ = ["Challenge", "Purpose", "new_code", "open_challenge", "send_code"]
