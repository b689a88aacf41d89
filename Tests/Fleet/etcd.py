"""A real etcd, and a way to it that can be cut, for as long as a test runs."""

import os
import select
import shutil
import socket
import subprocess
import threading
import time


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Etcd:
    def __init__(self, folder):
        self.folder = folder
        self.port, self.peer = free_port(), free_port()
        self.log = open(os.path.join(folder, "etcd.log"), "ab")
        self.process = None
        self.start()

    def start(self):
        client, peer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.peer}"
        self.process = subprocess.Popen(
            [
                "etcd", "--data-dir", os.path.join(self.folder, "data"), "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", f"default={peer}",
            ], stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise AssertionError(f"etcd does not start, see {self.log.name}") from None
                time.sleep(0.05)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wipe(self):
        """Sets it up anew."""
        self.kill()
        shutil.rmtree(os.path.join(self.folder, "data"))
        self.start()

    def stop(self):
        if self.process.poll() is None:
            self.kill()
        self.log.close()


class Link:
    """A TCP proxy between one replica and etcd. Cut, it swallows everything, as a network does that is gone."""

    def __init__(self, port):
        self.target = port
        self.is_cut = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        self.is_over = False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(connection,), daemon=True).start()

    def carry(self, connection):
        with connection:
            try:
                with socket.create_connection(("127.0.0.1", self.target), 2) as server:
                    other = {connection: server, server: connection}
                    while not self.is_over:
                        if self.is_cut:
                            time.sleep(0.05)
                            continue
                        for ready in select.select(list(other), [], [], 0.1)[0]:
                            if self.is_cut:
                                break
                            data = ready.recv(65536)
                            if not data:
                                return
                            other[ready].sendall(data)
            except OSError:
                pass

    def stop(self):
        self.is_over = True
        self.listener.close()
