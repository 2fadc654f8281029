"""Every bound that a submission runs under, in one place."""

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one submission may use.

    Attributes:
        cell_seconds: For one cell; then it is interrupted.
        grace_seconds: How long an interrupted cell may take to stop (a long traceback takes a
            while); then its kernel is killed.
        notebook_seconds: For the notebook, restarts included.
        restarts: How often a kernel that died or was killed is replaced by a new one.
        memory_bytes: For the data of one process (RLIMIT_DATA; torch reserves far more address
            space than it uses, so RLIMIT_AS cannot be used). The warm process's own data, about
            0.5 GiB, count here.
        total_memory_bytes: For all processes together, looked at every 50 ms; more kills the kernel.
        processes: Processes and threads together; a bare kernel has about 15.
        file_bytes: For one file.
        disk_bytes: For all files in /tmp (home and working folder are there), and for those in
            /dev/shm again. They live in memory.
        files: How many files these can be.
        open_files: In one process.
        output_bytes: What one cell may print and show; the rest is cut where it arises, and the
            outputs say so.
        flood_bytes: A cell that produces as much is stopped.
        notebook_output_bytes: For all cells together.
    """

    cell_seconds: float = 30
    grace_seconds: float = 5
    notebook_seconds: float = 300
    restarts: int = 5
    memory_bytes: int = 2 * GIB
    total_memory_bytes: int = 3 * GIB
    processes: int = 64
    file_bytes: int = 256 * MIB
    disk_bytes: int = 512 * MIB
    files: int = 10_000
    open_files: int = 256
    output_bytes: int = 1 * MIB
    flood_bytes: int = 64 * MIB
    notebook_output_bytes: int = 16 * MIB
