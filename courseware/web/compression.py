"""Pages travel compressed: on a bad line a lesson of 40 kB comes as 9."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

LEAST = 1_000
LEVEL = 5


def compress_pages(app: Flask) -> None:
    """Compress the HTML of plain GET requests for browsers that take it.

    Not where the address has a query: a page that repeats what somebody else put into a link,
    compressed together with a token, could be used to guess the token (the BREACH attack).
    """

    @app.after_request
    def compress(response: Response) -> Response:
        plain = request.method == "GET" and not request.query_string and response.status_code == 200
        if not plain or response.mimetype != "text/html" or response.is_streamed or response.content_encoding:
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0 and len(response.get_data()) >= LEAST:
            response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
            response.content_encoding = "gzip"
        return response
