"""Runs commands in alternation and says what the middle one took."""

import os
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

# No run depends on who measures; a repository need not be theirs.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nowhere",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
}
CACHES = Path("/proc/sys/vm/drop_caches")


@dataclass
class Command:
    """What is run, where, and how it may end: dekey and ripgrep answer 1 for one of two outcomes."""

    words: list
    folder: Path
    codes: tuple = (0, 1)


@dataclass
class Cost:
    """Medians of seconds, and the highest peak in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass
class Runs:
    wall: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak: list = field(default_factory=list)

    def cost(self):
        return Cost(statistics.median(self.wall), statistics.median(self.cpu), max(self.peak))


def once(command, runs):
    """One run, added to `runs`."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in command.codes:
        sys.exit(f"{shlex.join(map(str, command.words))}: exit status {process.returncode}")
    runs.wall.append(wall)
    runs.cpu.append(usage.ru_utime + usage.ru_stime)
    runs.peak.append(usage.ru_maxrss / 1024)


def costs(commands, times, cold=False):
    """The cost of each of some commands, run in turn so many times; cold ones find the page cache empty."""
    runs = [Runs() for _ in commands]
    if not cold:
        for command in commands:
            once(command, Runs())
    for _ in range(times):
        for command, into in zip(commands, runs):
            if cold:
                os.sync()
                CACHES.write_text("3")
            once(command, into)
    return [each.cost() for each in runs]


def may_be_cold():
    return os.access(CACHES, os.W_OK)
