"""The keys that sign access tokens.

Owns their life (made, published, signing, retired, deleted), their sealed form in the database, the copy at hand in each
worker process, and their publication (KE-01). Does not own the form of keys and tokens (`crypto.jose`) nor what is signed
(`tokens`). Asks `audit`, to have each change on record.
"""

from authme.keys.ensure import ensure
from authme.keys.keyring import Keyring
from authme.keys.model import MasterKeyWrong, NoSigningKey
from authme.keys.rotate import maintain, rotate

__all__ = ["Keyring", "MasterKeyWrong", "NoSigningKey", "ensure", "maintain", "rotate"]
