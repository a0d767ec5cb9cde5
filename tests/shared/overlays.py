"""A configuration under an overlay, as Snakemake lays one over the other."""

import copy


def overlaid(config, overlay):
    """The configuration with the overlay's values, mappings merged key by key."""
    merged = copy.deepcopy(config)
    for key, value in overlay.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = overlaid(merged[key], value) if both else value
    return merged
