"""Measures kernels in turn: start, small cells, a flood of lines, interrupts, memory.

Usage: measure.py [--rounds N] [--many N] KERNEL_NAME...    (a Python kernel may be among them)
"""

import argparse
import json
import statistics
import sys
import time
from queue import Empty

from jupyter_client.manager import start_new_kernel

JAVA = {
    "sum": "1+1",
    "lines": "for (int i = 0; i < 100_000; i++) System.out.println(i);",
    "loop": "while (true) { }",
    "sleep": "Thread.sleep(600_000);",
    "keep": "int kept = 42;",
    "kept": "kept",
    "small": ["int a{i} = {i};", "a{i} + 1", "String s{i} = \"x\" + {i};", "s{i}.length()"],
    "many": "{i} + 1",
}
PYTHON = {
    "sum": "1+1",
    "lines": "for i in range(100_000): print(i)",
    "loop": "while True: pass",
    "sleep": "import time; time.sleep(600)",
    "keep": "kept = 42",
    "kept": "kept",
    "small": ["a{i} = {i}", "a{i} + 1", "s{i} = 'x' + str({i})", "len(s{i})"],
    "many": "{i} + 1",
}


class Client:
    def __init__(self, name):
        start = time.perf_counter()
        self.manager, self.client = start_new_kernel(kernel_name=name, startup_timeout=20)
        self.info = time.perf_counter() - start
        self.code = PYTHON if self.language() == "python" else JAVA
        self.run(self.code["sum"])
        self.ready = time.perf_counter() - start

    def language(self):
        return self.manager.kernel_spec.language

    def run(self, code, timeout=30, during=None):
        start = time.perf_counter()
        request = self.client.execute(code)
        if during:
            during()
        text, value, error = [], None, None
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            elif message["msg_type"] == "execute_result":
                value = content["data"].get("text/plain")
            elif message["msg_type"] == "error":
                error = content["ename"]
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                break
        while self.client.get_shell_msg(timeout=timeout)["parent_header"]["msg_id"] != request:
            pass
        return time.perf_counter() - start, "".join(text), value, error

    def pid(self):
        return self.manager.provisioner.process.pid

    def memory(self):
        with open(f"/proc/{self.pid()}/status") as status:
            for line in status:
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) / 1024

    def cpu(self):
        with open(f"/proc/{self.pid()}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def interrupt(self, code):
        at = []

        def later():
            time.sleep(0.5)
            at.append(time.perf_counter())
            self.manager.interrupt_kernel()

        _, _, _, error = self.run(code, during=later)
        took = time.perf_counter() - at[0]
        before = self.cpu()
        time.sleep(1)
        return took, error, self.cpu() - before

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel()

    def kill(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def start(name, attempts=5):
    """A kernel; some do not always come up when the machine is busy."""
    for _ in range(attempts - 1):
        try:
            return Client(name)
        except RuntimeError as error:
            print(f"{name} did not start: {error}", file=sys.stderr)
    return Client(name)


def measure(name, many):
    client = start(name)
    result = {"info s": client.info, "first cell s": client.ready, "idle MB": client.memory()}

    def part(what, *keys):
        """Runs a part; a kernel that does not answer gets nan for it, and the next one a new kernel."""
        nonlocal client
        try:
            result.update(zip(keys, what(client, client.code)))
        except (Empty, AssertionError):
            result.update((key, float("nan")) for key in keys)
            client.kill()
            client = start(name)

    part(sums, "1+1 ms")
    part(small_cells, "MB after cells")
    part(lines, "100,000 lines s")
    part(interrupts("loop"), "interrupt loop s", "CPU after loop s")
    part(interrupts("sleep"), "interrupt sleep s", "CPU after sleep s")
    if many:
        part(many_cells(many), "first tenth ms", "last tenth ms", "MB after many")
    client.stop()
    return result


def sums(client, code):
    for _ in range(20):
        client.run(code["sum"])
    return [1000 * statistics.median(client.run(code["sum"])[0] for _ in range(200))]


def small_cells(client, code):
    for i in range(200):
        client.run(code["small"][i % 4].replace("{i}", str(i // 4)))
    return [client.memory()]


def lines(client, code):
    took, text, _, _ = client.run(code["lines"])
    return [took if text == "".join(f"{i}\n" for i in range(100_000)) else float("nan")]


def interrupts(kind):
    def interrupt(client, code):
        client.run(code["keep"])
        took, error, burnt = client.interrupt(code[kind])
        assert error and client.run(code["kept"])[2] == "42"
        return took, burnt

    return interrupt


def many_cells(many):
    def cells(client, code):
        times = [client.run(code["many"].replace("{i}", str(i)))[0] for i in range(many)]
        part = max(1, many // 10)
        first, last = (1000 * statistics.median(t) for t in (times[:part], times[-part:]))
        return first, last, client.memory()

    return cells


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("kernels", nargs="+")
    options = parser.parse_args()
    results = {name: [] for name in options.kernels}
    for _ in range(options.rounds):
        for name in options.kernels:
            results[name].append(measure(name, options.many))
    table = {
        name: {key: round(statistics.median(r[key] for r in rounds), 3) for key in rounds[0]}
        for name, rounds in results.items()
    }
    for key in next(iter(table.values())):
        print(f"{key:22}" + "".join(f"{table[name][key]:>14}" for name in table))
    print(json.dumps(table))


if __name__ == "__main__":
    main()
