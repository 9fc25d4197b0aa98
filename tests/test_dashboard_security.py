"""Headers, and what may be put to the callback: nothing that is not our page's own question gets through."""

import base64
import hashlib
import re

import pytest

from dashboard.app import create_app
from dashboard.security import LARGEST, asks
from dashboard.view import LONGEST
from tests.fakes import Fake
from tests.test_dashboard import OUTPUTS, question

URL = "/_dash-update-component"


@pytest.fixture(scope="module")
def client():
    return create_app(Fake()).server.test_client()


PATHS = ("/", "/trends", "/data", "/nowhere", "/download.csv", "/_dash-layout", "/assets/uptake.js")
OUTSIDE = (
    "/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2fapp.py", "/%2e%2e/etc/passwd",
    "/_dash-component-suites/dash/../../x.js",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client, path):
    headers = client.get(path).headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "http" not in headers["Content-Security-Policy"]


def test_every_script_in_a_page_is_ours_or_has_its_hash_in_the_policy(client):
    response = client.get("/trends")
    text, policy = response.get_data(as_text=True), response.headers["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>(.*?)</script>", text, re.S)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert all(source.startswith("/") for source in re.findall(r'(?:src|href)="([^"#]+)"', text) if source != "data:,")


@pytest.mark.parametrize("path", ["/", "/trends", "/data"])
def test_answers_are_compressed(client, path):
    plain, small = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 3


def test_assets_with_a_stamp_are_kept_by_browsers(client):
    assert "immutable" in client.get("/assets/uptake.css?m=1").headers["Cache-Control"]
    assert client.get("/trends").headers["Cache-Control"] == "no-cache"


def test_our_own_question_is_let_through(client):
    assert client.post(URL, json=question("/trends")).status_code == 200


@pytest.mark.parametrize("address", ["/", "/data", "/nowhere", "trends", "//elsewhere.example/trends", ""])
def test_an_address_without_a_chart_is_answered_with_nothing(client, address):
    assert client.post(URL, json=question(address)).status_code == 204


def inputs(**changes):
    return {"inputs": [{"id": "address", "property": "data", "value": "/trends"} | changes]}


@pytest.mark.parametrize(
    "changes",
    [
        inputs(value=None),
        inputs(value=True),
        inputs(value=3),
        inputs(value=["/trends"]),
        inputs(value={"path": "/trends"}),
        inputs(value="/trends?" + "x" * LONGEST),
        inputs(id="chart"),
        inputs(id={"type": "x"}),
        inputs(property="children"),
        {"inputs": []},
        {"inputs": None},
        {"inputs": "address"},
        {"inputs": [None]},
        {"inputs": inputs()["inputs"] * 2},
        {"outputs": []},
        {"outputs": OUTPUTS[:1]},
        {"outputs": [*OUTPUTS, {"id": "secret", "property": "data"}]},
        {"outputs": None},
        {"output": "..graph.figure..", "outputs": [{"id": "graph", "property": "figure"}]},
        {"state": [{"id": "address", "property": "data", "value": "x"}]},
        {"changedPropIds": "address.data"},
        {"changedPropIds": [{}]},
    ],
)
def test_any_other_body_is_refused_without_reaching_a_callback(client, changes):
    response = client.post(URL, json=question("/trends", **changes))
    assert response.status_code == 400
    assert b"Traceback" not in response.data


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"1", b"[" * 5000, b'{"inputs":'])
def test_a_body_that_is_not_a_question_is_refused(client, body):
    assert client.post(URL, data=body, content_type="application/json").status_code == 400


def test_an_unknown_output_is_refused(client):
    assert client.post(URL, json=question("/trends", output="..secret.data..")).status_code == 400


def test_a_form_from_elsewhere_is_refused(client):
    assert client.post(URL, data={"output": "x"}).status_code == 400
    assert client.post(URL, data="{}", content_type="text/plain").status_code == 400


def test_a_body_that_is_too_large_is_refused(client):
    response = client.post(URL, data=b" " * (LARGEST + 1), content_type="application/json")
    assert response.status_code in (400, 413)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_assets_is_served(client, path):
    response = client.get(path)
    assert response.status_code in (404, 308, 301, 400)
    assert b"import" not in response.data


def test_only_a_mapping_can_ask():
    assert not asks(None, OUTPUTS)
    assert not asks([], OUTPUTS)
    assert asks(question("/trends"), OUTPUTS)
