"""What a finished process has to say for itself."""


def failed(done, *words):
    """Whether a script ended with its one line."""
    lines = done.stderr.strip().splitlines()
    assert done.returncode == 2, done.stderr
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    for word in words:
        assert word in lines[0]
    return True
