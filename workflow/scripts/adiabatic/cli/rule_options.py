"""The options of a script from what its rule names: inputs, outputs and settings."""

import shlex
from collections.abc import Callable, Iterator
from typing import Any


def options_from(**settings: Any) -> Callable[..., str]:
    """A function for the params of a rule: `options=options_from(seed=42)`.

    Each named input and output of the rule is an option of its script, `--name FILE ...`; what has
    no name is not. So is each setting, which takes the place of an input or output of its name:
    null and an empty list are left out, True is an option without a value, and a function is called
    with the wildcards. Underscores become hyphens.
    """

    # Were input and output parameters by name, Snakemake would take the options for nothing but a
    # consequence of files, and a changed setting would rerun nothing.
    def options(wildcards: Any, **job: Any) -> str:
        named = dict([*job["input"].items(), *job["output"].items()])
        given = {
            name: value(wildcards) if callable(value) else value for name, value in settings.items()
        }
        words = (word for name, value in (named | given).items() for word in _words(name, value))
        return shlex.join(words)

    return options


def _words(name: str, value: Any) -> Iterator[str]:
    if value is None or value is False:
        return
    several = not isinstance(value, str) and hasattr(value, "__iter__")
    values = list(map(str, value)) if several else [] if value is True else [str(value)]
    if several and not values:
        return
    option = f"--{name.replace('_', '-')}"
    # A value that starts with a hyphen would pass for an option.
    if len(values) == 1 and values[0].startswith("-"):
        yield f"{option}={values[0]}"
    else:
        yield option
        yield from values
