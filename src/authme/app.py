"""The composition root: the only module that knows every feature."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from authme import __version__
from authme.audit import Sealer
from authme.audit.seal import seal
from authme.authentication.authenticate import Authentication
from authme.authentication.sessions import SessionStates
from authme.clients import login as client_login
from authme.clients import routes as client_routes
from authme.clients.directory import Clients
from authme.credentials import attempts
from authme.credentials.attempts import Attempts
from authme.credentials.pool import PasswordPool
from authme.crypto.digests import Digester
from authme.crypto.sealing import MasterKey
from authme.kernel import logs, metrics, openapi
from authme.kernel.clock import Clock, SystemClock
from authme.kernel.context import OPERATOR, Context, Parts
from authme.kernel.database import Database, Transaction, connect
from authme.kernel.errors import Refusal
from authme.kernel.http import Endpoint
from authme.kernel.http.application import Surroundings, build
from authme.kernel.jobs import Job, Jobs
from authme.keys import routes as key_routes
from authme.keys.keyring import Keyring
from authme.keys.rotate import maintain
from authme.operation import routes as operation_routes
from authme.operation.parts import Running
from authme.sessions.sweep import sweep as sweep_sessions
from authme.settings import Settings, load_master_key
from authme.sign_in import routes as sign_in_routes
from authme.sign_in.decoy import Decoys
from authme.tokens.verify import AccessTokens
from authme.users import routes as user_routes

Result = TypeVar("Result")
