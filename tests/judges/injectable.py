"""What the service must not be: GET /items?q= pastes q into its SQL. sqlmap has to find that, or its word about the service
says nothing. Prints its URL and serves on the loopback until it is ended."""

import sqlite3
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer


class Injectable(BaseHTTPRequestHandler):
    database = sqlite3.connect(":memory:")

    def do_GET(self):
        q = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("q", [""])[0]
        try:
            rows = self.database.execute(f"SELECT title FROM items WHERE title LIKE '%{q}%'").fetchall()  # noqa: S608
            status, body = 200, repr(rows)
        except sqlite3.Error:
            status, body = 500, "error"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


Injectable.database.execute("CREATE TABLE items (title TEXT)")
Injectable.database.executemany("INSERT INTO items VALUES (?)", [("storm lantern",), ("lamp",), ("compass",)])
server = HTTPServer(("127.0.0.1", 0), Injectable)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
