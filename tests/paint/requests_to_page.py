"""A running server of the page, and requests to it."""

import http.client
import socket
import threading
from contextlib import closing, contextmanager, suppress


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()


def ask(address, path, *, body=None, **headers):
    """(status, headers, body) of GET, or of POST with a body."""
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.putrequest("GET" if body is None else "POST", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is not None and "Content-Length" not in headers:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    with closing(connection):
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def raw(address, *lines, body=b""):
    """(status, whether the server closed) of a request line by line."""
    with socket.create_connection(address) as connection:
        connection.settimeout(0.5)
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = connection.recv(4096)
        with suppress(TimeoutError):
            while part := connection.recv(4096):
                answer += part
            return int(answer.split()[1]), True
        return int(answer.split()[1]), False
