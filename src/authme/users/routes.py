"""Users on the wire."""

from typing import Literal

from authme.credentials.attempts import SEND, Attempts
from authme.kernel.context import BASIC, CLIENT_BASIC, Context
from authme.kernel.errors import AlreadyExists, ErrorItem, FieldsRefused, Refusal, field_malformed, malformed
from authme.kernel.http import API, Endpoint
from authme.kernel.requirement import Requirement
from authme.kernel.wire import Answer, Id, Password, Text, Wire
from authme.settings import UserSettings
from authme.users import names, policy
from authme.users.change_password import ChangePasswordRequest, change_password
from authme.users.create import UserDraft, create
from authme.users.lock import LockRequest, lock, unlock
from authme.users.names import Name, NameMalformed
from authme.users.show import IdentityAnswer, UserAnswer, identity_answer, show, show_me
from authme.users.taken import find_taken
from authme.users.wire import MobileGiven, mobile_text

_TAGS = ("User Identities",)
_BEFORE_LOGIN = Requirement.parse("CLI-1STPARTY and CLI-AUTH-IDENTIFIED")
_SIGNED_IN = Requirement.parse("CLI-AUTH-IDENTIFIED and CLI-1STPARTY and AUTH-BASIC and USER")
_ADMINISTRATOR = "(CLI-1STPARTY and AUTH-BASIC and IAM_ADMIN_MAINTENANCE)"


def _administration(scope: str) -> Requirement:
    return Requirement.parse(f"{_ADMINISTRATOR} or (CLI-1STPARTY and CLI-AUTH-BASIC and scope:{scope})")


class CreateUserRequest(Wire, frozen=True):
    """UI-01."""

    username: Text
    user_id: Id | None = None
    username_type: Literal["EMAIL", "MOBILE", "CPF", "CNPJ", "LOGON", "USERNAME"] | None = None
    password: Password | None = None
    document: Text | None = None
    name: Text | None = None
    email: Text | None = None
    mobile: MobileGiven | None = None
    business_id: Id | None = None


class CreatedUser(Answer, frozen=True):
    """A new user."""

    user_id: str
    business_id: str | None
    username: str
    status: str
    identities: tuple[IdentityAnswer, ...]


async def create_user(ctx: Context, body: CreateUserRequest) -> CreatedUser | Refusal:
    """Make a user with a name to log in by.

    With a password the user is active once its contact is verified; without one it is pending until a password is made.
    Whoever only names a client is slowed down by network: a code is sent to each, and a taken name is told. 409 for that.
    """
    known_by, document = _names(body)
    if known_by[0].type == "LOGON" and not policy.may_give_logons(ctx.caller, known_by[0].key):
        raise malformed("usernameType", "a logon is given by its directory; another type of name is expected")
    if not (ctx.caller.has(BASIC) or ctx.caller.has(CLIENT_BASIC)):
        attempts = ctx.part(Attempts)
        asking = await attempts.begin(ctx, known_by[0].key, client_id=ctx.caller.client_id or "", kind=SEND)
        attempts.failed_from(ctx, asking)
        if await find_taken(ctx, known_by):
            # Returned, so that it is counted.
            return AlreadyExists("The name is taken.")
    user, identities = await create(
        ctx,
        UserDraft(
            names=known_by,
            user_id=body.user_id,
            kind="BUSINESSUSER" if body.business_id else "PERSON",
            name=body.name,
            language=ctx.origin.language,
            document=document,
            is_document_vouched=document is not None and policy.vouches_for_documents(ctx.caller),
            business_id=body.business_id,
            organization_id=ctx.caller.organization_id,
            contacts_are_verified=not ctx.part(UserSettings).verify_contact,
        ),
        body.password,
    )
    return CreatedUser(
        user_id=user.id,
        business_id=user.business_id,
        username=known_by[0].value,
        status=user.status,
        identities=tuple(map(identity_answer, identities)),
    )


def _names(body: CreateUserRequest) -> tuple[tuple[Name, ...], str | None]:
    """Return the distinct names of the request and the bare document; raise FieldsRefused with every malformed one."""
    problems: list[ErrorItem] = []
    found: dict[str, Name] = {}
    for field, value, form in (
        ("username", body.username, lambda text: _username(text, body.username_type)),
        ("email", body.email, names.email),
        ("mobile", None if body.mobile is None else mobile_text(body.mobile), names.mobile),
        ("document", body.document, names.document),
    ):
        if value is None:
            continue
        try:
            found[field] = form(value)
        except NameMalformed as error:
            problems.append(field_malformed(field, str(error)))
    if problems:
        raise FieldsRefused(problems)
    document = found["document"].value if "document" in found else None
    return tuple({(name.type, name.key): name for name in found.values()}.values()), document


def _username(text: str, name_type: str | None) -> Name:
    if name_type is not None:
        return names.of_type(name_type, text)
    meant = names.candidates(text)
    # What merely looks like a logon is a user name here: logons are given by the legacy directory.
    chosen = next((name for name in meant if name.type != "LOGON"), None)
    if chosen is None:
        raise NameMalformed("an e-mail address, mobile number, CPF, CNPJ or user name is expected")
    return chosen


ENDPOINTS = [
    Endpoint(
        "UI-15", "POST", f"{API}/user-identities/me/change-password", _SIGNED_IN, change_password, "Change Password", _TAGS,
        body=ChangePasswordRequest, status=204, refusals=(409, 429),
    ),
    Endpoint(
        "UI-17", "GET", f"{API}/user-identities/{{userId}}", _administration("identity_read"), show,
        "Get Identities from user", _TAGS, answer=UserAnswer,
    ),
    Endpoint("X-me", "GET", f"{API}/user-identities/me", _SIGNED_IN, show_me, "Get my identities", _TAGS, answer=UserAnswer),
    Endpoint(
        "UI-21", "POST", f"{API}/user-identities/lock", _administration("account_lock"), lock,
        "Lock an user credential", _TAGS, body=LockRequest, status=204,
    ),
    Endpoint(
        "UI-22", "POST", f"{API}/user-identities/unlock", _administration("account_unlock"), unlock,
        "Unlock an user credential", _TAGS, body=LockRequest, status=204,
    ),
]  # fmt: skip
