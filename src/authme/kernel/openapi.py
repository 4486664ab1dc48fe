"""OpenAPI 3.1 from the endpoint table."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from authme.kernel.context import CLIENT_LADDER, FIRST_PARTY, THIRD_PARTY
from authme.kernel.errors import ErrorItem
from authme.kernel.http.endpoint import Endpoint
from authme.kernel.wire import Id

_REFUSALS = {
    400: "The request is not valid.",
    401: "Who is calling is not proved.",
    403: "The caller may not do this.",
    404: "There is no such resource, or it is not visible to the caller.",
    409: "It exists already, or its state does not allow this.",
    413: "The body is too large.",
    415: "The body is not declared as JSON.",
    429: "Too many tries; `Retry-After` says when the next is taken.",
    500: "Unexpected error.",
    503: "A needed system does not answer; `Retry-After` says when to try again.",
}
_SUCCESS = {200: "Done.", 201: "Created.", 204: "Done; there is nothing to say.", 304: "Not changed."}
_OF_CLIENTS = frozenset({*CLIENT_LADDER, FIRST_PARTY, THIRD_PARTY})
_TEMPLATE = "#/components/schemas/{name}"


def document(endpoints: Sequence[Endpoint], *, version: str, server_url: str | None = None) -> dict[str, Any]:
    """Return the OpenAPI document of these endpoints.

    Every operation carries its requirement as `x-requirement`, the same text that the check was parsed from.
    """
    shapes = [shape for endpoint in endpoints for shape in (endpoint.body, endpoint.answer) if shape is not None]
    schemas, components = msgspec.json.schema_components([*shapes, list[ErrorItem]], ref_template=_TEMPLATE)
    for component in components.values():
        # From a docstring, whose indentation is left as it is by some versions of Python.
        if "description" in component:
            component["description"] = inspect.cleandoc(component["description"])
    schema_of = {str(shape): schema for shape, schema in zip([*shapes, list[ErrorItem]], schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AuthMe",
            "version": version,
            "description": "Identity and access for people and companies. Errors are an array of `{code, message}`.",
        },
        "servers": [{"url": server_url or "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(tag for endpoint in endpoints for tag in endpoint.tags)],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": _refusals(schema_of[str(list[ErrorItem])]),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A client's id with its secret or an API key; where people log in, name and password.",
                },
                "apiKey": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Api-Key",
                    "description": "An API key: the request speaks for its client.",
                },
            },
        },
    }


def _refusals(schema: Mapping[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {f"Refused{status}": {"description": text, "content": content} for status, text in _REFUSALS.items()}


def _operation(endpoint: Endpoint, schema_of: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.id,
        "summary": endpoint.summary,
        "tags": list(endpoint.tags),
        "x-requirement": endpoint.requirement.text,
        "security": _security(endpoint),
        "responses": _responses(endpoint, schema_of),
    }
    if described := inspect.getdoc(endpoint.run):
        operation["description"] = described
    if parameters := _parameters(endpoint):
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": not (endpoint.tolerant or endpoint.body_optional),
            "content": {"application/json": {"schema": schema_of[str(endpoint.body)]}},
        }
    if endpoint.deprecated:
        operation["deprecated"] = True
    return operation


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    bearer: dict[str, list[str]] = {"bearer": []}
    basic: dict[str, list[str]] = {"basic": []}
    key: dict[str, list[str]] = {"apiKey": []}
    if endpoint.requirement.is_public:
        return [basic, key] if endpoint.takes_basic else []
    if endpoint.takes_basic:
        return [basic, basic | key]
    if not _takes_client(endpoint):
        return [bearer]
    return [{}, bearer, basic, key] if endpoint.names_client else [bearer, basic, key]


def _takes_client(endpoint: Endpoint) -> bool:
    """Whether a client that speaks for no person can meet the requirement."""
    return any(
        all(atom in _OF_CLIENTS or atom.startswith("scope:") for atom in needed) for needed, _ in endpoint.requirement.clauses
    )


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    id_schema = msgspec.json.schema(Id)
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": id_schema if name.lower().endswith("id") and name not in endpoint.free_parameters else {"type": "string"},
        }
        for name in endpoint.parameters
    ]
    if endpoint.names_client:
        parameters.append(
            {
                "name": "clientId",
                "in": "query",
                "required": False,
                "description": "The client that the request speaks for, where no bearer token names one.",
                "schema": id_schema,
            }
        )
    for place, known in (("query", endpoint.query), ("header", endpoint.headers)):
        parameters += [
            {"name": one.name, "in": place, "required": one.required, "schema": msgspec.json.schema(one.kind)} for one in known
        ]
    return parameters


def _responses(endpoint: Endpoint, schema_of: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": _SUCCESS[endpoint.status]}
    if endpoint.answer is not None:
        success["content"] = {kind: {"schema": schema_of[str(endpoint.answer)]} for kind in endpoint.media_types}
    elif endpoint.status != 204:  # noqa: PLR2004  # No Content
        success["content"] = {kind: {} for kind in endpoint.media_types}
    responses = {str(endpoint.status): success}
    responses |= {str(status): {"description": _SUCCESS[status]} for status in endpoint.unlisted_statuses}
    responses |= {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in _refused_statuses(endpoint)}
    return responses


def _refused_statuses(endpoint: Endpoint) -> list[int]:
    """Return how the operation may refuse: what follows from its row, and what the row adds."""
    statuses = {500, 503, *endpoint.refusals}
    if not endpoint.requirement.is_public:
        statuses |= {401, 403}
    if endpoint.takes_basic:
        statuses.add(401)
    if endpoint.parameters:
        statuses.add(404)
    if endpoint.body is not None:
        statuses.add(400)
        if not endpoint.tolerant:
            statuses.add(415)
    if endpoint.reads_body:
        statuses.add(413)
    return sorted(statuses)
