"""Bring in users from elsewhere, with the password hashes they have there."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from authme.audit import record
from authme.credentials import store as credentials
from authme.crypto.passwords import recognise
from authme.kernel.context import Context
from authme.kernel.database import UniqueViolation
from authme.kernel.http.language import Language
from authme.kernel.ids import new_id
from authme.kernel.wire import Id, Text, Wire
from authme.users import business_store, names, store
from authme.users.contacts import main_names
from authme.users.model import Authority, Identity, User, UserKind
from authme.users.names import Name, NameMalformed, every_meaning
from authme.users.taken import find_taken, release


class ImportedUser(Wire, frozen=True):
    """One line of an import."""

    username: Text
    user_id: Id | None = None
    username_type: Literal["EMAIL", "MOBILE", "CPF", "CNPJ", "LOGON", "USERNAME"] | None = None
    password_hash: str | None = None
    """argon2, bcrypt, PBKDF2 or scrypt in their usual text forms; replaced at the first login."""
    name: Text | None = None
    language: Language | None = None
    document: Text | None = None
    email: Text | None = None
    mobile: str | int | None = None
    business_id: Id | None = None
    organization_id: Id | None = None
    kind: UserKind = "PERSON"
    authorities: tuple[Authority, ...] = ()
    status: Literal["ACTIVE", "LOCKED"] = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Draft:
    """A line that can be taken."""

    given: ImportedUser
    names: tuple[Name, ...]
    document: str | None


@dataclass(slots=True)
class Outcome:
    """What came of an import. `problems` are line numbers with what is wrong."""

    imported: int = 0
    skipped: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Add another part's outcome."""
        self.imported += other.imported
        self.skipped += other.skipped
        self.problems += other.problems


Run = Callable[[Callable[[Context], Awaitable[Outcome]]], Awaitable[Outcome]]
_decode = msgspec.json.Decoder(ImportedUser).decode


def read_line(line: str) -> Draft:
    """Return what a line says; raise ValueError with what is wrong with it."""
    try:
        given = _decode(line)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    if given.password_hash is not None and recognise(given.password_hash) is None:
        raise ValueError("`passwordHash` is of no known form, or too costly to check")
    found: list[Name] = []
    for what, text, form in (
        ("username", given.username, lambda text: _username(text, given.username_type)),
        ("email", given.email, names.email),
        ("mobile", None if given.mobile is None else str(given.mobile), names.mobile),
        ("document", given.document, names.document),
    ):
        try:
            if text is not None:
                found.append(form(text))
        except NameMalformed as error:
            raise ValueError(f"`{what}`: {error}") from error
    document = names.document(given.document).value if given.document else None
    return Draft(given, tuple({(name.type, name.key): name for name in found}.values()), document)


async def bring_in(run: Run, drafts: Sequence[tuple[int, Draft]]) -> Outcome:
    """Import drafts, each with its line number, in one unit of work; if they meet others, one by one.

    A draft whose names one user has already is skipped: an import that broke off is simply run again.
    """
    try:
        return await run(lambda ctx: _insert_all(ctx, drafts))
    except UniqueViolation:
        total = Outcome()
        for number, draft in drafts:
            try:
                total.add(await run(lambda ctx, one=(number, draft): _insert_all(ctx, [one])))  # type: ignore[misc]  # mypy cannot infer the default's type
            except UniqueViolation:
                total.problems.append((number, "the user id or a name is taken"))
        return total


async def _insert_all(ctx: Context, drafts: Sequence[tuple[int, Draft]]) -> Outcome:
    outcome = Outcome()
    known = await _find_businesses(ctx, [draft for _, draft in drafts])
    taken = await find_taken(ctx, [name for _, draft in drafts for name in draft.names])
    made: set[Name] = set()
    accepted: list[Draft] = []
    for number, draft in drafts:
        conflict = next((name for name in every_meaning(draft.names) if name.key in taken), None)
        if conflict is None and draft.given.business_id not in known:
            outcome.problems.append((number, "`businessId`: there is no such business"))
        elif conflict is None:
            accepted.append(draft)
            made.add(draft.names[0])
            taken |= {name.key for name in draft.names}
        elif draft.names[0] in made or await store.find_by_name(ctx.tx, draft.names[:1]) is not None:
            outcome.skipped += 1
        else:
            outcome.problems.append((number, f"the {conflict.type} is taken"))
    await _insert(ctx, accepted)
    outcome.imported = len(accepted)
    record(ctx, "users.imported", None, imported=outcome.imported, skipped=outcome.skipped)
    return outcome


async def _find_businesses(ctx: Context, drafts: Sequence[Draft]) -> frozenset[str | None]:
    """Return which of the businesses that drafts name are registered, and None for the drafts that name none."""
    named = sorted({draft.given.business_id for draft in drafts if draft.given.business_id is not None})
    return frozenset({None, *(await business_store.find_registered(ctx.tx, named) if named else ())})


async def _insert(ctx: Context, drafts: Sequence[Draft]) -> None:
    now = ctx.clock.now_ms()
    users = [_user(ctx, draft, now) for draft in drafts]
    identities = [
        (_identity(ctx, user, name, now, is_main=is_main), name.key)
        for user, draft in zip(users, drafts, strict=True)
        for name, is_main in main_names(draft.names)
    ]
    hashes = [
        (user.id, draft.given.password_hash)
        for user, draft in zip(users, drafts, strict=True)
        if draft.given.password_hash is not None
    ]
    await store.insert_users(ctx.tx, users)
    await release(ctx, [key for _, key in identities])
    await store.insert_identities(ctx.tx, identities)
    await credentials.put_many(ctx.tx, hashes, now)


def _user(ctx: Context, draft: Draft, now: int) -> User:
    given = draft.given
    return User(
        id=given.user_id or new_id(ctx.clock),
        kind=given.kind,
        status=given.status if given.password_hash or given.status == "LOCKED" else "PENDING",
        name=given.name,
        document=draft.document,
        is_document_vouched=draft.document is not None,
        logon=names.logon_among(draft.names),
        business_id=given.business_id,
        organization_id=given.organization_id,
        customer_id=None,
        language=given.language,
        authorities=given.authorities,
        created_at=now,
        updated_at=now,
        last_login_at=None,
        locked_at=now if given.status == "LOCKED" else None,
    )


def _identity(ctx: Context, user: User, name: Name, now: int, *, is_main: bool) -> Identity:
    return Identity(
        id=new_id(ctx.clock), user_id=user.id, type=name.type, value=name.value, verified=True, main=is_main, created_at=now
    )


def _username(text: str, name_type: str | None) -> Name:
    if name_type is not None:
        return names.of_type(name_type, text)
    meant = names.candidates(text)
    if not meant:
        raise NameMalformed("a name of no known form")
    return next((name for name in meant if name.type != "LOGON"), meant[0])
