"""Write docs/api from the endpoint table."""

import json
from pathlib import Path

from authme.app import endpoints, openapi_document

DOCS = Path(__file__).parents[1] / "docs" / "api"


def operations() -> str:
    """Return the table of operations in Markdown."""
    lines = [
        "# Operations",
        "",
        "Written by `scripts/write_api_docs.py` from the endpoint table; `openapi.json` beside it has the shapes.",
        "",
        "| id | method | path | requirement | success |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {row.id} | {row.method} | `{row.path}` | `{row.requirement.text}` | {row.status} |" for row in endpoints()]
    return "\n".join(lines) + "\n"


def document() -> str:
    """Return the OpenAPI document, as it is kept in the repository."""
    return json.dumps(openapi_document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (DOCS / "operations.md").write_text(operations())
    (DOCS / "openapi.json").write_text(document())
