import importlib.util
import re
from pathlib import Path

from authme.app import endpoints
from authme.settings import example

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location("write_api_docs", ROOT / "scripts" / "write_api_docs.py")
assert spec is not None
assert spec.loader is not None
write_api_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(write_api_docs)


def test_the_table_of_operations_is_what_the_server_serves():
    assert (ROOT / "docs/api/operations.md").read_text() == write_api_docs.operations()


def test_the_openapi_document_kept_here_is_what_the_server_shows():
    assert (ROOT / "docs/api/openapi.json").read_text() == write_api_docs.document()


def test_every_document_that_the_readme_names_is_there():
    readme = (ROOT / "README.md").read_text()
    named = {part.split(")")[0] for part in readme.split("](")[1:]}

    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_example_of_the_settings_names_every_one():
    assert (ROOT / ".env.example").read_text() == example()


def test_every_operation_that_the_flows_name_is_served():
    flows = (ROOT / "docs/flows.md").read_text()
    named = set(re.findall(r"\b(?:[A-Z]{2}-\d\d|X-[a-z-]+)\b", flows))

    assert {"UI-01", "UI-26", "X-renew-app-token"} <= named
    assert named - {endpoint.id for endpoint in endpoints(development=True)} == set()
