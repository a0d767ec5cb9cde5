"""What all tables have in common."""

import re
import shutil
import subprocess

import pytest

from adiabatic.report.files import save_table
from adiabatic.report.tables import tables_of

# Words that the field has others for.
HOME_MADE = re.compile(
    r"\b(grid|baseline|leakage|ordinary|movement|preserved|degraded|not dominated|embedded world)\b"
)
# A number, with a sign that is no true minus, or a rate that is not written like the others.
UGLY = re.compile(r"(?<![\w.])-\d|\de-0\d|[-−]0\.0\b|\b0\.0000\d|\+0\.0\b")
LONGEST = 160


def test_csv_has_numbers_and_names_but_no_formatted_numbers(tables):
    texts = re.compile(r"[+−]|\d[\d.]* \[|\d%|at least")
    for name, table in tables.items():
        # In claims and the verdict a sentence says what a number cannot.
        for column in set(table.rows.columns) - {"detail", "missing", "statement"}:
            values = table.rows[column].dropna()
            found = [value for value in values if isinstance(value, str) and texts.search(value)]
            assert not found, f"{name}, {column}: {found[0]}"


def test_captions_are_short_and_say_numbers(tables):
    for name, table in tables.items():
        paragraph, *lines = table.caption.split("\n\n")
        assert len(paragraph.split()) <= LONGEST, name
        assert re.search(r"\d|\bno", table.caption, re.IGNORECASE), name
        assert not HOME_MADE.search(table.caption), name
        assert all(line.startswith("- ") for line in "\n".join(lines).splitlines()), name
        assert table.caption.strip() == table.caption


def test_numbers_are_written_one_way_for_people(tables):
    for name, table in tables.items():
        shown = table.shown.to_csv(index=False)
        for text in (table.caption, shown):
            # Names of runs are names of files.
            text = re.sub(r"(\w+-)?lr[\d.e-]+-\d", "RUN", text)
            assert not (found := UGLY.search(text)), f"{name}: {text[found.start() - 20 :][:60]}"


def test_no_cell_is_missing_in_a_table_for_people(tables):
    for name, table in tables.items():
        assert len(table.shown) > 0, name
        assert not re.search(r"\bnan\b|None|<NA>", table.shown.to_csv(index=False)), name
        assert not table.shown.isna().any().any(), name


def test_the_same_material_gives_the_same_files(tables, material, tmp_path):
    for folder, made in (("a", tables), ("b", tables_of(material, list(tables)))):
        for name, table in made.items():
            save_table(table, tmp_path / folder / f"{name}.csv", demonstration=False)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="LaTeX is not installed")
def test_the_tables_compile_in_latex(tables, tmp_path):
    lines = [r"\documentclass[11pt]{article}", r"\usepackage{array,booktabs,longtable}"]
    lines += [r"\textwidth=6.8in", r"\begin{document}", r"\parindent=0pt"]
    for name, table in tables.items():
        save_table(table, tmp_path / f"{name}.csv", demonstration=False)
        text = (tmp_path / f"{name}.tex").read_text()
        width = re.search(r"([\d.]+) inches", text)[1]
        lines.append(rf"{{\hsize={width}in\linewidth=\hsize\input{{{name}}}\par}}")
    (tmp_path / "all.tex").write_text("\n".join([*lines, r"\end{document}"]))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    # Nothing is wider than a column or page of a paper.
    assert not re.findall(r"Overfull \\hbox \((?!0\.|1\.)[^)]*\)", done.stdout)
