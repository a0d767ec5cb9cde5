"""The one error that is written for the person who must act."""


class InputError(Exception):
    """Bad input. Its text is one line: which file, line or key; what was found; what is allowed."""


def shown(value: object, longest: int = 60) -> str:
    """A found value as an error message shows it, on one line and never longer than `longest`."""
    text = repr(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."
