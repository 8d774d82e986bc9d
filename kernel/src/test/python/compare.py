"""Runs a folder of notebooks on two kernels and says which cells each of them fails.

Usage: compare.py [--seconds N] [--json FILE] FOLDER KERNEL OTHER_KERNEL

Every notebook runs from its own folder, in a fresh kernel, unchanged, and to its end, also behind a
cell that fails. A cell fails where its reply is not "ok" or does not come in time. Nothing is
fetched. The exit status is 1 where KERNEL fails a cell that OTHER_KERNEL runs.
Needs jupyter_client; the kernels have to be installed (jupyter kernelspec list).
"""

import argparse
import json
import re
import sys
from pathlib import Path

from jupyter_client.manager import start_new_kernel


def cells(notebook):
    """The sources of a notebook's cells of code, in their order."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    sheets = [content, *content.get("worksheets", [])]
    found = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    for cell in found:
        if cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            text = source if isinstance(source, str) else "".join(source)
            if text.strip():
                yield text


def execute(client, code, seconds):
    """The error of a cell in one line; None where it has none."""
    client.allow_stdin = False
    try:
        content = client.execute_interactive(
            code, timeout=seconds, output_hook=lambda message: None, stop_on_error=False
        )["content"]
    except TimeoutError:
        return "no reply in time"
    if content["status"] == "ok":
        return None
    if content["status"] != "error":
        return content["status"]
    text = f"{content.get('ename', '')}: {content.get('evalue', '')}"
    return re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n")[0]


def run(notebook, kernel, seconds):
    """For each cell of a notebook its error or None."""
    results = []
    manager = client = None
    for code in cells(notebook):
        if client is None:
            try:
                manager, client = start_new_kernel(
                    kernel_name=kernel, startup_timeout=60, cwd=str(notebook.parent)
                )
            except RuntimeError as error:
                return [f"the kernel does not start: {error}"] * len(list(cells(notebook)))
        error = execute(client, code, seconds) if manager.is_alive() else "the kernel has ended"
        results.append(error)
        if error == "no reply in time":
            # Interrupted, or replaced: the rest may not need what did not end.
            manager.interrupt_kernel()
            if execute(client, "1 + 1", 20) == "no reply in time":
                client.stop_channels()
                manager.shutdown_kernel(now=True)
                manager = client = None
    if client is not None:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("kernel")
    parser.add_argument("other")
    parser.add_argument("--seconds", type=int, default=60, help="time for a cell (%(default)s)")
    parser.add_argument("--json", type=Path, help="where all errors are written")
    options = parser.parse_args()
    notebooks = sorted(
        path
        for path in options.folder.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    )
    if not notebooks:
        print(f"There is no notebook below {options.folder}; name a folder that has some.")
        return 2
    report = []
    total = [0, 0, 0, 0]
    print(f"{'cells':>6}{'both':>6}{options.kernel[:12]:>13}{options.other[:12]:>13}  notebook")
    for notebook in notebooks:
        ours = run(notebook, options.kernel, options.seconds)
        theirs = run(notebook, options.other, options.seconds)
        counts = [
            len(ours),
            sum(bool(a and b) for a, b in zip(ours, theirs)),
            sum(bool(a and not b) for a, b in zip(ours, theirs)),
            sum(bool(b and not a) for a, b in zip(ours, theirs)),
        ]
        total = [sum(pair) for pair in zip(total, counts)]
        name = notebook.relative_to(options.folder)
        print("{:>6}{:>6}{:>13}{:>13}  {}".format(*counts, name), flush=True)
        for number, (code, a, b) in enumerate(zip(cells(notebook), ours, theirs), 1):
            if a or b:
                report.append(
                    {"notebook": str(name), "cell": number, "code": code,
                     options.kernel: a, options.other: b}
                )
            if a and not b:
                print(f"       cell {number}: {a}", flush=True)
    print("{:>6}{:>6}{:>13}{:>13}  all".format(*total))
    print(f"(fails on both, on {options.kernel} only, on {options.other} only)")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    return 1 if total[2] else 0


if __name__ == "__main__":
    sys.exit(main())
