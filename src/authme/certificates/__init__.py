"""Digital certificates of people and companies (ICP-Brasil).

Owns who a certificate speaks for and whether it is to be believed: chain, validity, use, policy, revocation, signatures.
Asks the authorities' servers through the URL guard. Does not know users (`sign_in` does), nor the certificates of servers.
"""
