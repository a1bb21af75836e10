"""Makes what is measured, once, in a folder for that."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from clock import ENVIRONMENT

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "target/release"
NAMED = ["-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0", "-c", "commit.gpgsign=false"]


class Trees:
    """The trees in `folder`. One that was made by another version of its maker is made again."""

    def __init__(self, folder):
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)

    def generated(self, kind, files, number):
        """A tree of `bench-tree`."""
        sources = [HERE / "tree", HERE.parent / "fixtures/cases"] if kind != "huge" else [HERE / "tree/words.rs"]
        command = [TARGET / "examples/bench-tree", kind]
        return self._made(
            f"{kind}-{files}-{number}",
            sources,
            lambda folder: subprocess.run([*command, folder, str(files), str(number)], check=True),
        )

    def empty(self):
        """A folder with nothing in it."""
        return self._made("empty", [], lambda folder: folder.mkdir())

    def staged(self, files, staged):
        """A repository in which some files wait for their commit."""
        return self._made(f"staged-{files}-{staged}", [Path(__file__)], lambda folder: stage(folder, files, staged))

    def repository(self, commits):
        """A repository with a history."""
        return self._made(f"history-{commits}", [Path(__file__)], lambda folder: grow(folder, commits))

    def _made(self, name, sources, make):
        digest = hashlib.sha256()
        for source in sources:
            for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
                digest.update(path.read_bytes() if path.is_file() else b"")
        folder, stamp = self.folder / name, self.folder / f"{name}.stamp"
        if not stamp.exists() or stamp.read_text() != digest.hexdigest():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            stamp.write_text(digest.hexdigest())
        return folder


def git(folder, *arguments, time="2026-01-01T00:00:00Z"):
    dates = {"GIT_AUTHOR_DATE": time, "GIT_COMMITTER_DATE": time}
    command = ["git", *NAMED, *arguments]
    subprocess.run(command, cwd=folder, env=ENVIRONMENT | dates, check=True, stdout=subprocess.DEVNULL)


def path_of(number):
    return f"package{number // 2000:03}/module{number // 40 % 50:02}/source_{number:06}.rb"


def text_of(number):
    lines = (f"  def m{line} = {number} * {line}\n" for line in range(number % 30))
    return f"class Source{number}\n{''.join(lines)}end\n"


LOGIN = "require 'intercom'\nIntercom::Client.new(app_id: ID, api_key: KEY)\n"


def stage(folder, files, staged):
    """Packed as a clone is, with a commit's worth of files changed and one added. One of them logs in."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for number in range(files):
        path = folder / path_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(number))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "all")
    git(folder, "repack", "-adq")
    for number in range(staged):
        path = folder / path_of(number * (files // staged))
        if number == staged - 1:
            path = path.with_name("added.rb")
        path.write_text(text_of(number) + (LOGIN if number == 0 else "# x\n"))
        git(folder, "add", str(path.relative_to(folder)))


def grow(folder, commits):
    """Every commit adds a file and changes one; one in ten adds a login, which the next removes."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for number in range(commits):
        added, changed = folder / path_of(number * 17), folder / path_of(number // 2 * 17)
        added.parent.mkdir(parents=True, exist_ok=True)
        added.write_text(text_of(number))
        changed.write_text(text_of(number + 7) + (LOGIN if number % 10 == 0 else ""))
        git(folder, "add", ".")
        git(folder, "commit", "-qm", f"Change {number}", time=f"2026-01-01T{number // 60 % 24:02}:{number % 60:02}:00Z")
    git(folder, "repack", "-adq", "--threads=1")
