"""What the configuration says of the files of an evaluation set, for all readers."""

from dataclasses import dataclass, field
from pathlib import Path

from adiabatic.io.errors import InputError


@dataclass(frozen=True)
class TaskFiles:
    """The files of an evaluation set.

    paths: one in which {language} stands for the language, or one for each language; of a kind with
        one file for all languages that one.
    languages: of the files, the first is the reference; of such a kind those that it must have,
        none for whatever it has.
    limit: items per language, evenly spaced over the file; None for every one.
    columns: names in the file, by what they hold. split: of the judgments.
    """

    paths: list[str]
    languages: list[str]
    limit: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    split: str | None = None

    def by_language(self) -> dict[str, Path]:
        """The file or folder of each language.

        Raises:
            InputError: there are not as many as languages.
        """
        paths = self.paths
        if len(paths) == 1:
            if len(self.languages) > 1 and "{language}" not in paths[0]:
                raise InputError(
                    f"{paths[0]}: one file found for {len(self.languages)} languages; a path with "
                    "{language} where the language stands is needed"
                )
            paths = [paths[0].replace("{language}", language) for language in self.languages]
        if len(paths) != len(self.languages):
            raise InputError(
                f"{paths[0]}: {len(paths)} files found for {len(self.languages)} languages; one "
                "for each is needed"
            )
        return dict(zip(self.languages, map(Path, paths), strict=True))
