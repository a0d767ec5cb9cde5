"""What every script shares: help, log lines, options, errors of one line."""
