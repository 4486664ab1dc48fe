"""Templates that operators write in settings."""

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=8)
def _compiled(template: str) -> Any:
    # Most servers have no such setting, and the library would be a part of each worker's memory.
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(template)


def fill(template: str, **values: str) -> str:
    """Fill in a Jinja2 template; raise ValueError with what is wrong, without repeating the template: it may hold a key."""
    from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415  # as above

    try:
        return str(_compiled(template).render(values))
    except TemplateSyntaxError as error:
        raise ValueError(f"a Jinja2 template is expected (line {error.lineno} is none)") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise ValueError(f"a Jinja2 template is expected that knows only {', '.join(values)}") from error
