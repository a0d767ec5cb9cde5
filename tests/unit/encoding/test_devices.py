import numpy as np
import pytest
import torch

from adiabatic.encoding.devices import (
    Processes,
    chosen_device,
    joined_processes,
    use_threads,
)


def test_torch_computes_with_the_threads_asked_for_and_always_the_same_way():
    use_threads(1)
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


@pytest.fixture
def three_gpus(monkeypatch):
    """Three GPUs, the second of which has the most free memory."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: ([10, 30, 20][device], 40))
    monkeypatch.delenv("LOCAL_RANK", raising=False)


@pytest.mark.usefixtures("three_gpus")
def test_the_gpu_with_the_most_free_memory_is_chosen_or_the_one_of_the_rank(monkeypatch):
    assert chosen_device() == torch.device("cuda", 1)
    monkeypatch.setenv("LOCAL_RANK", "5")
    assert chosen_device() == torch.device("cuda", 2)


def test_without_a_gpu_it_is_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert chosen_device() == torch.device("cpu")


@pytest.mark.parametrize("count", [1, 2, 5])
def test_processes_share_all_rows_and_none_twice(count):
    rows = np.arange(13)
    shares = [Processes(rank, count).share(rows) for rank in range(count)]
    assert sorted(np.concatenate(shares)) == rows.tolist()
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_one_process_waits_for_no_other(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    device = torch.device("cpu")
    with joined_processes(device) as processes:
        assert processes.first
        assert processes.add_up(torch.tensor(3.0)) == 3
        assert processes.any(True, device)
        assert not processes.any(False, device)
        processes.wait()
