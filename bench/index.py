"""Reading an index of a million vectors: seconds, MB of vectors a second, and the peak of memory.

Each store is read by the script of the workflow in a process of its own, from generated files.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measured import measured

WIDTH = 384
# Documents that are drawn and written together.
DRAWN = 50_000
# Words of a text, each of some letters.
WORDS, LETTERS = 40, 6


def drawn(count: int) -> Iterator[tuple[int, np.ndarray]]:
    """Random unit vectors, some at a time, with the number of the first one."""
    rng = np.random.default_rng(0)
    for start in range(0, count, DRAWN):
        vectors = rng.standard_normal((min(DRAWN, count - start), WIDTH), dtype=np.float32)
        yield start, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def write_parquet(path: Path, count: int) -> None:
    """An index with ids, vectors, and a text for each document."""
    rng = np.random.default_rng(1)
    words = ["".join(letters) for letters in rng.choice(list("aeioustrnl"), (5000, LETTERS))]
    vector = pa.list_(pa.float32(), WIDTH)
    schema = pa.schema([("id", pa.string()), ("vector", vector), ("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start, vectors in drawn(count):
            texts = [" ".join(chosen) for chosen in rng.choice(words, (len(vectors), WORDS))]
            ids = [f"document-{number}" for number in range(start, start + len(vectors))]
            column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), WIDTH)
            writer.write_table(pa.table([pa.array(ids), column, pa.array(texts)], schema=schema))


def write_numpy(path: Path, ids: Path, count: int) -> None:
    """The same vectors as an array, and a file of ids."""
    shape = (count, WIDTH)
    array = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    with ids.open("w") as file:
        for start, vectors in drawn(count):
            array[start : start + len(vectors)] = vectors
            names = range(start, start + len(vectors))
            file.write("".join(f"document-{number}\n" for number in names))


def write_faiss(path: Path, count: int) -> None:
    """The same vectors in an index that is searched exactly."""
    import faiss

    index = faiss.IndexFlatIP(WIDTH)
    for _, vectors in drawn(count):
        index.add(vectors)
    faiss.write_index(index, str(path))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--stores", nargs="+", default=["parquet", "numpy", "faiss"])
    arguments = parser.parse_args()
    count = arguments.documents
    print(f"{count:,} vectors x {WIDTH}, {4 * WIDTH * count / 1e6:,.0f} MB, 1 thread")
    for store in arguments.stores:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path, ids = folder / f"index.{store}", folder / "ids.txt"
            options = ["--source", store, "--path", path]
            if store == "parquet":
                write_parquet(path, count)
            else:
                write_numpy(folder / "index.numpy", ids, count)
                options += ["--ids", ids]
            if store == "faiss":
                write_faiss(path, count)
                (folder / "index.numpy").unlink()
            read = measured("read_index", *options, "--out", folder / "read")
            speed = 4 * WIDTH * count / 1e6 / read.seconds
            print(f"{store:8} {read}   {speed:5.0f} MB/s", flush=True)


if __name__ == "__main__":
    main()
