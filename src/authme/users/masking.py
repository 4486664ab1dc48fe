"""Contacts and documents as they are shown to somebody who may not know them."""

_SHOWN_ENDS = 2


def mask_email(address: str) -> str:
    """Return an address such as `ex***le@br.e*******.com`.

    Of the local part the first and last two characters stand, of a short one only the first; of the domain everything but
    the registered name, which keeps its first letter.
    """
    local, _, domain = address.rpartition("@")
    shown = f"{local[:_SHOWN_ENDS]}***{local[-_SHOWN_ENDS:]}" if len(local) > 2 * _SHOWN_ENDS else f"{local[:1]}***"
    labels = domain.split(".")
    # The name above the public suffix: `example` in `example.com` and in `example.com.br`.
    position = len(labels) - 2
    if position > 0 and len(labels[position]) <= 3:  # noqa: PLR2004  # com, org, net, gov, co: second-level suffixes
        position -= 1
    labels[position] = labels[position][:1] + "*" * max(1, len(labels[position]) - 1)
    return f"{shown}@{'.'.join(labels)}"


def mask_mobile(digits: str) -> str:
    """Return a number such as `*****2222`."""
    return f"*****{digits[-4:]}"


def mask_document(bare: str | None) -> str | None:
    """Return a CPF or CNPJ of which only the middle is shown, as public registers do."""
    if bare is None:
        return None
    return f"{'*' * 3}{bare[3:-2]}**"
