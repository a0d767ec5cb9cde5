"""A small server that speaks the part of Qdrant's REST API that reading a collection uses."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from local_server import serving


class Collections:
    """What the server has and was asked: collections by name, points as (id, vector, payload)."""

    def __init__(self, collections, key=None):
        self.collections, self.key = collections, key
        self.requests = []
        # After so many answers the server is gone in the middle of the next.
        self.answers_left = None


@contextmanager
def qdrant(collections, key=None, datatype=None):
    """Serve {name: [(id, vector, payload), ...]}; yields (url, what it has and was asked)."""
    served = Collections(collections, key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer({})

        def do_POST(self):
            self.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        do_PUT = do_POST

        def do_DELETE(self):
            self.answer({})

        def answer(self, body):
            parts = urlsplit(self.path).path.strip("/").split("/")
            served.requests.append((self.command, "/".join(parts)))
            if served.answers_left == 0:
                self.close_connection = True
                self.connection.close()
                return None
            if served.answers_left is not None:
                served.answers_left -= 1
            if key and self.headers.get("api-key") != key:
                return self.send(403, {"status": {"error": "Forbidden"}})
            if parts[0] != "collections" or parts[1] not in collections:
                return self.send(404, {"status": {"error": "Not found: no such collection"}})
            points = collections[parts[1]]
            if parts[2:] == ["points", "scroll"]:
                return self.send(200, self.scrolled(points, body))
            if parts[2:] or self.command != "GET":
                return self.send(200, {"operation_id": 0, "status": "completed"})
            return self.send(200, self.about(points))

        def scrolled(self, points, body):
            """A page of points by id, from the offset on, and where the next one starts."""
            ordered = sorted(points)
            offset = body.get("offset")
            start = next((n for n, point in enumerate(ordered) if point[0] == offset), 0)
            page = ordered[start : start + body["limit"]]
            rest = ordered[start + body["limit"] :]
            wanted = body.get("with_payload") or []
            return {
                "points": [
                    {
                        "id": name,
                        "vector": vector,
                        "payload": {key: payload[key] for key in wanted if key in payload},
                    }
                    for name, vector, payload in page
                ],
                "next_page_offset": rest[0][0] if rest else None,
            }

        def about(self, points):
            vectors = {"size": len(points[0][1]), "distance": "Cosine", "datatype": datatype}
            hnsw = {"m": 16, "ef_construct": 100, "full_scan_threshold": 10000}
            optimizer = {
                "deleted_threshold": 0.2, "vacuum_min_vector_number": 1000,
                "default_segment_number": 0, "flush_interval_sec": 5,
            }  # fmt: skip
            return {
                "status": "green", "optimizer_status": "ok", "points_count": len(points),
                "indexed_vectors_count": 0, "segments_count": 1, "payload_schema": {},
                "config": {
                    "params": {"vectors": vectors}, "hnsw_config": hnsw,
                    "optimizer_config": optimizer,
                    "wal_config": {"wal_capacity_mb": 32, "wal_segments_ahead": 0},
                },
            }  # fmt: skip

        def send(self, status, result):
            answer = {"result": result, "status": "ok", "time": 0.0} if status == 200 else result
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    with serving(Handler) as server:
        yield f"http://127.0.0.1:{server.server_port}", served
