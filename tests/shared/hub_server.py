"""A small server that speaks the part of the Hugging Face hub's protocol that downloads use."""

import hashlib
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from local_server import serving

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def hub(repositories):
    """Serve {"models/OWNER/NAME" or "datasets/OWNER/NAME": {file: bytes}}; yields (url, paths).

    Every repository has the one commit COMMIT, which `main` points to. `paths` lists the files
    whose content was asked for.
    """
    fetched = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, body):
            parts = unquote(urlsplit(self.path).path).strip("/").split("/")
            if parts[0] == "api":
                return self.about("/".join(parts[1:4]), parts[4:], body)
            kind = "datasets" if parts[0] == "datasets" else "models"
            owner, name, resolve, revision, *file = parts[kind == "datasets" :]
            files = repositories.get(f"{kind}/{owner}/{name}")
            content = (files or {}).get("/".join(file))
            if resolve != "resolve" or content is None or revision not in ("main", COMMIT):
                code = "EntryNotFound" if files else "RepoNotFound"
                return self.send(404, b"", {"X-Error-Code": code}, body)
            if body:
                fetched.append("/".join(file))
            etag = hashlib.sha1(content).hexdigest()
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'}
            return self.send(200, content, headers, body)

        def about(self, repository, rest, body):
            files = repositories.get(repository)
            revision = rest[1] if len(rest) > 1 else "main"
            if files is None or revision not in ("main", COMMIT):
                code = "RevisionNotFound" if files else "RepoNotFound"
                return self.send(404, b"{}", {"X-Error-Code": code}, body)
            if rest[:1] == ["tree"]:
                tree = [
                    {"type": "file", "path": name, "size": len(content),
                     "oid": hashlib.sha1(content).hexdigest()}
                    for name, content in files.items()
                ]  # fmt: skip
                return self.send(200, json.dumps(tree).encode(), {}, body)
            info = {
                "id": repository.split("/", 1)[1],
                "sha": COMMIT,
                "siblings": [{"rfilename": name} for name in files],
            }
            return self.send(200, json.dumps(info).encode(), {}, body)

        def send(self, status, content, headers, body):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    with serving(Handler) as server:
        yield f"http://127.0.0.1:{server.server_port}", fetched
