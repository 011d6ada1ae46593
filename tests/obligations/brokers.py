"""Brokers that a test may flush, stop and cut off: a Redis behind a proxy, or the folder of the filesystem broker."""

import contextlib
import shutil
import socket
from pathlib import Path
from threading import Lock, Thread

from tests.obligations.processes import RedisServer


class Folder:
    """The filesystem broker; it is "down" while a file stands where the folder was."""

    def __init__(self, directory: Path) -> None:
        self.folder = directory / "broker" / "queue"
        self.environment = {"REDIS_URL": ""}

    def start(self) -> None:
        self.folder.unlink(missing_ok=True)
        self.folder.mkdir(parents=True)

    def stop(self) -> None:
        shutil.rmtree(self.folder)
        self.folder.touch()

    def drop(self) -> None:
        """Nothing is connected to a folder; what lies in it is lost."""
        for message in self.folder.iterdir():
            message.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing runs."""


class ProxiedRedis:
    """A Redis whose clients come through a proxy that can cut them off."""

    def __init__(self, directory: Path) -> None:
        self.server = RedisServer(directory)
        self.proxy = Proxy(self.server.port)
        self.environment = {"REDIS_URL": f"redis://127.0.0.1:{self.proxy.port}/0"}

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def drop(self) -> None:
        self.proxy.drop()

    def close(self) -> None:
        self.proxy.close()
        self.server.stop()


class Proxy:
    """Passes bytes between clients and a port of this machine."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.dropped = 0
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                server.settimeout(None)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            for source, sink in ((client, server), (server, client)):
                Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            pass
        finally:
            self._end(source, sink)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            with self._lock:
                self._open.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def drop(self) -> None:
        """Cut everybody off; they may come again."""
        with self._lock:
            ends = list(self._open)
        self.dropped += len(ends)
        self._end(*ends)

    def close(self) -> None:
        self.listener.close()
        self.drop()
