"""One call in the languages that callers speak.  Nothing to install but what each language comes with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LANGUAGES = ("curl", "Python", "PHP", "Node")

KEYED_CURL = " \\\n  -H 'Authorization: Bearer KEY'"
BODY_CURL = " \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"

PYTHON = """\
import json
import urllib.request

request = urllib.request.Request(
    "{url}",
    method="{method}",
    headers={headers},{data}
)
with urllib.request.urlopen(request, timeout=10) as response:
    print(json.load(response))
"""
PHP = """\
<?php
$answer = file_get_contents('{url}', false, stream_context_create(['http' => [
    'method' => '{method}',
    'timeout' => 10,
    'ignore_errors' => true,
    'header' => [{headers}],{content}
]]));
print_r(json_decode($answer, true));
"""
NODE = """\
const response = await fetch("{url}", {{
  method: "{method}",
  headers: {headers},{body}
}});
console.log(response.status, await response.json());
"""


def samples(method: str, url: str, keyed: bool, body: Mapping[str, Any] | None) -> dict[str, str]:
    """The call in every language, in the order of LANGUAGES; `KEY` stands for the caller's key."""
    headers = {"Authorization": "Bearer KEY"} if keyed else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    written = [_curl(method, url, keyed, body), _python(method, url, headers, body)]
    written += [_php(method, url, headers, body), _node(method, url, headers, body)]
    return dict(zip(LANGUAGES, written, strict=True))


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)


def _curl(method: str, url: str, keyed: bool, body: Mapping[str, Any] | None) -> str:
    verb = "" if method == "GET" else f" -X {method}"
    data = "" if body is None else BODY_CURL.format(body=_json(body).replace("'", "'\\''"))
    return f"curl{verb} '{url}'{KEYED_CURL if keyed else ''}{data}"


def _python(method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None) -> str:
    data = "" if body is None else f"\n    data=json.dumps({body!r}).encode(),"
    return PYTHON.format(url=url, method=method, headers=_json(headers), data=data)


def _php(method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None) -> str:
    lines = ", ".join(f"'{name}: {value}'" for name, value in headers.items())
    content = "" if body is None else f"\n    'content' => json_encode({_php_text(body)}),"
    return PHP.format(url=url, method=method, headers=lines, content=content)


def _php_text(value: Any) -> str:
    """A value as PHP writes it."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, Mapping):
        return f"[{', '.join(f'{_php_text(name)} => {_php_text(one)}' for name, one in value.items())}]"
    if isinstance(value, list):
        return f"[{', '.join(map(_php_text, value))}]"
    if isinstance(value, int | float):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _node(method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None) -> str:
    data = "" if body is None else f"\n  body: JSON.stringify({_json(body)}),"
    return NODE.format(url=url, method=method, headers=_json(headers), body=data)
