"""Tokens for tests against a server that runs.

    tokens.py BINARY DATABASE_URL URL

Makes an administrator with `BINARY admin create` in the database of the server at URL, sets its
second factor up, and has it make a program's key. Prints two lines for `eval` in a shell:

    ADMIN_TOKEN=…       an access token, good for ten minutes
    REFERRER_KEY=…      an API key with the scope directory.read

The contract test is then run once with each:

    st run … --header "Authorization: Bearer $ADMIN_TOKEN"

(without POST /v1/auth/revoke, which would end the session that the token belongs to).
"""

import base64
import datetime
import hashlib
import hmac
import json
import secrets
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request


def ask(url, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        sys.exit(f"{path}: {error.code} {error.read().decode()}")


def code(secret):
    """The one-time code of now (RFC 6238)."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, struct.pack(">q", int(time.time()) // 30), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def main(binary, database, url):
    name, password = "ci-" + secrets.token_hex(4), secrets.token_urlsafe(18)
    subprocess.run(
        [binary, "admin", "create", name, "--database-url", database],
        input=password + "\n", text=True, check=True, stdout=subprocess.DEVNULL,
    )
    # The server sees a new account within a second, and the key that signs within another.
    time.sleep(1.5)
    half = ask(url, "/v1/auth/token", {"username": name, "password": password})["access_token"]
    secret = ask(url, "/v1/auth/totp", {}, half)["secret"]
    admin = ask(url, "/v1/auth/totp/confirm", {"code": code(secret)}, half)["access_token"]
    ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    client = ask(url, "/v1/admin/clients", {
        "name": "CI", "scopes": ["directory.read"], "expires_at": ends.isoformat(),
    }, admin)
    print(f"ADMIN_TOKEN={admin}")
    print(f"REFERRER_KEY={client['key']}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
