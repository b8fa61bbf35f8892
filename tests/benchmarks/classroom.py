"""A whole class on one server: N students run notebook 03 and move a slider once a second.

`python tests/benchmarks/classroom.py [N …]`, by default 1 5 10 20. Each student is a kernel of one
Jupyter Server and a websocket to it, as JupyterLab opens them. Latency is the time from sending a
slider's new value to the picture that answers it; memory is what a kernel and its helpers keep to
themselves (USS).
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

import nbformat
import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import ROOT
from test_browser import jupyterlab

NOTEBOOK = ROOT / "notebooks" / "03_mean_field_posterior.ipynb"
SECONDS = 20


class Student:
    """A kernel, the notebook run in it, and its first explorer's first slider."""

    def __init__(self, address):
        self.address, self.session = address, uuid4().hex
        self.opened, self.slider, self.times = [], None, []

    async def start(self):
        request = HTTPRequest(
            f"{self.address}/api/kernels",
            method="POST",
            headers={"Cookie": "_xsrf=class", "X-XSRFToken": "class"},
            body=json.dumps({"name": "python3", "path": "notebooks"}),
        )
        kernel = json.loads((await AsyncHTTPClient().fetch(request)).body)
        place = self.address.replace("http", "ws")
        channels = f"{place}/api/kernels/{kernel['id']}/channels?session_id={self.session}"
        self.socket = await websocket_connect(channels, max_message_size=100_000_000)
        await self.run("import os; print(os.getpid())")
        self.process = psutil.Process(int(self.printed))
        for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
            if cell.cell_type == "code":
                await self.run(cell.source)

    def send(self, kind, content):
        header = {"msg_id": uuid4().hex, "msg_type": kind, "session": self.session}
        header |= {"username": "student", "date": "", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self.socket.write_message(json.dumps(message | {"channel": "shell", "buffers": []}))
        return header["msg_id"]

    async def receive(self):
        while isinstance(message := await self.socket.read_message(), bytes):
            pass  # buffers, which no widget here sends
        message = json.loads(message)
        kind, content = message.get("msg_type"), message["content"]
        if kind == "comm_open":
            state = content["data"].get("state", {})
            if state.get("_model_name") == "FloatSliderModel":
                self.opened.append((content["comm_id"], state))
        if "image/png" in content.get("data", {}) and self.opened and not self.slider:
            self.slider = self.opened[0]  # of the first explorer that has one
        if kind == "stream":
            self.printed = content["text"]
        if kind == "error":
            raise RuntimeError(content["evalue"])
        return message

    async def run(self, code):
        self.opened = []
        asked = self.send("execute_request", {"code": code, "silent": False, "allow_stdin": False})
        while True:
            message = await self.receive()
            idle = message["content"].get("execution_state") == "idle"
            if idle and message["parent_header"].get("msg_id") == asked:
                return

    def memory(self):
        """MB that no other student shares: the kernel's, and those of the processes that check."""
        family = [self.process, *self.process.children(recursive=True)]
        kernel, *checks = [one.memory_full_info().uss / 1e6 for one in family]
        return kernel, sum(checks)

    async def move(self, delay):
        """One move a second; each is answered by the picture that its message set off."""
        await asyncio.sleep(delay)
        name, state = self.slider
        for step in range(SECONDS):
            start = time.perf_counter()
            value = state["min"] + state["step"] * (1 + step % 10)
            data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
            asked = self.send("comm_msg", {"comm_id": name, "data": data})
            drawn = idle = False
            while not idle:
                message = await self.receive()
                if message["parent_header"].get("msg_id") != asked:
                    continue
                state_sent = message["content"].get("data", {}).get("state", {})
                if not drawn and "<svg" in str(state_sent.get("value", "")):
                    self.times.append(time.perf_counter() - start)
                    drawn = True
                idle = message["content"].get("execution_state") == "idle"
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - start)))


async def classroom(address, number):
    students = [Student(address) for _ in range(number)]
    start = time.perf_counter()
    await asyncio.gather(*(student.start() for student in students))
    ready = time.perf_counter() - start
    await asyncio.gather(*(one.move(place / number) for place, one in enumerate(students)))
    kernel, checks = (median(kind) for kind in zip(*map(Student.memory, students), strict=True))
    times = sorted(time for one in students for time in one.times)
    assert len(times) == SECONDS * number, "a move without a picture"
    for one in students:
        one.socket.close()
    late = times[round(0.95 * (len(times) - 1))]
    print(
        f"{number:3} students: {kernel:3.0f} MB each, {checks:.0f} MB more to check; "
        f"all ready after {ready:3.0f} s; "
        f"latency median {1e3 * median(times):4.0f} ms, 95th percentile {1e3 * late:4.0f} ms",
        flush=True,
    )


def main():
    AsyncHTTPClient.configure(None, max_clients=100, defaults={"request_timeout": 300})
    print(f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} before the start")
    for number in [int(text) for text in sys.argv[1:]] or [1, 5, 10, 20]:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "notebooks").mkdir()
            with jupyterlab(Path(folder)) as address:
                asyncio.run(classroom(address, number))


if __name__ == "__main__":
    main()
