"""What an overlay inherits: what belongs to the demonstration applies to the demonstration only."""

import copy
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from adiabatic.experiment.configuration_checks import Configuration
from adiabatic.io.errors import InputError, shown
from adiabatic.plan.methods import METHODS, SETTINGS

# Lists of tuning that add runs to those of the sweep.
VARIANTS = ("ablations", "methods")
# Keys of tuning whose values suit the demonstration's tiny base alone, with what an overlay that
# names another base has in their place; None: it must say.
OF_TINY_BASE = {"learning_rates": None, "ablations": [], "methods": []}
# Of a base that is not the demonstration's.
OTHER_SOURCES = ("path", "hub")
# Where to begin with a base of how many layers at most: rates from no effect to the loss of
# languages. From the demonstration, a real base of 3 layers, and the paper's E5-small (12 layers).
USUAL_RATES = {
    2: "1e-5, 1e-4, 1e-3, 1e-2",
    6: "1e-7, 1e-6, 1e-5, 1e-4",
    12: "1e-8, 2e-8, 6e-8, 1.3e-7, 1e-6",
    10_000: "5e-9, 1e-8, 2e-8, 6e-8, 1.3e-7",
}


def without_demonstration(
    config: Configuration, overlay: Configuration, layers: int | None
) -> tuple[Configuration, list[str]]:
    """A configuration with only those values of the demonstration that apply under the overlay.

    With a base of its own, an overlay inherits no ablation, no compared method, no learning rate
    and no size of jobs. With the demonstration's base, what it inherits of ablations and methods
    repeats those of their rates and seeds that its sweep has.

    Args:
        config: config.yaml with the overlay laid over it. overlay: what the overlay alone says.
        layers: of its base, None where that is not known.
    Returns:
        The configuration, and lines that say what was left out.
    Raises:
        InputError: an overlay that names its base has no learning rate.
    """
    config = copy.deepcopy(config)
    tuning, said = config.get("tuning"), overlay.get("tuning")
    said = said if isinstance(said, dict) else {}
    base = config.get("base")
    if not isinstance(tuning, dict) or not isinstance(base, dict):
        return config, []
    if base.get("source") not in OTHER_SOURCES:
        return config, _fitted(tuning, said)
    for key, value in OF_TINY_BASE.items():
        if key in said:
            continue
        if value is None:
            raise InputError(_missing_rates(key, layers))
        tuning[key] = value
    if "jobs" not in overlay:
        config.pop("jobs", None)
    return config, []


def read_overlay(path: Path) -> Configuration:
    """What an overlay's file says.

    Raises:
        InputError: it is missing, not UTF-8, no YAML, or no mapping of keys.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); an overlay is needed"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 at byte {error.start + 1}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise InputError(f"{where}: not YAML ({getattr(error, 'problem', error)})") from None
    if not isinstance(content, dict):
        found = "nothing" if content is None else shown(content)
        raise InputError(f"{path}: {found} found; keys of config.yaml are needed, as in `seed: 1`")
    return content


def _missing_rates(key: str, layers: int | None) -> str:
    if layers is None:
        usual = f"usual are {USUAL_RATES[12]} for a base of E5-small's size"
    else:
        usual = next(rates for most, rates in USUAL_RATES.items() if layers <= most)
        usual = f"usual for a base of {layers} layers are {usual}"
    return (
        f"configuration: tuning.{key}: missing; an overlay that names its own base names its own "
        f"rates, as the demonstration's are for a tiny encoder; {usual}"
    )


def _fitted(tuning: Configuration, said: Configuration) -> list[str]:
    """Fit inherited ablations and methods to the sweep; says which are left out, and why."""
    named = {variant.get("name") for key in VARIANTS for variant in _mappings(said.get(key))}
    left_out = []
    for key in VARIANTS:
        if key in said:
            continue
        kept = []
        for inherited in _mappings(tuning.get(key)):
            variant = _of_sweep(inherited, key, said)
            if reason := _reason_to_leave_out(variant, key, tuning, named):
                left_out.append(f"The demonstration's {variant['name']} is left out: {reason}.")
            else:
                kept.append(variant)
        tuning[key] = kept
    return left_out


def _of_sweep(variant: Configuration, key: str, said: Configuration) -> Configuration:
    """A variant that repeats runs of the sweep, with those of its rates and seeds that it has."""
    if key == "methods" and not METHODS[variant["method"]].repeats:
        return variant
    swept = {part: _numbers(said[part]) for part in ("learning_rates", "seeds") if part in said}
    return variant | {
        part: [one for one in variant[part] if one in values]
        for part, values in swept.items()
        if part in variant
    }


def _reason_to_leave_out(
    variant: Configuration, key: str, tuning: Configuration, named: set[Any]
) -> str:
    if variant["name"] in named:
        return "the overlay has another of this name"
    for part in ("learning_rates", "seeds"):
        if variant.get(part) == []:
            return f"the overlay's sweep has none of its {part.replace('_', ' ')}"
    changes = [name for name in SETTINGS if name in variant and variant[name] != tuning.get(name)]
    if key == "ablations" and not changes:
        return "the overlay's sweep is the same"
    return ""


def _mappings(value: Any) -> list[Configuration]:
    """The mappings of a list; what is neither is found by the schema."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _numbers(values: Any) -> list[float]:
    """Values of a list, numeric strings as numbers; what is no number is found by the schema."""
    found = []
    for value in values if isinstance(values, list) else []:
        with suppress(TypeError, ValueError):
            found.append(float(value))
    return found
