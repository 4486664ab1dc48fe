"""What is known of a certificate's revocation, and why nothing is."""


class NotLearnt(Exception):
    """Why a list or an answer tells nothing, as a clause in plain words: `the answer is out of date`."""


class AuthorityDown(NotLearnt):
    """The same, where asking again at once would be no use: it is left alone for some seconds."""
