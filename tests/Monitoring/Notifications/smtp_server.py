"""A mail server for tests: smtp_server.py PORT [USER PASSWORD]. Prints "ready", then a JSON object for each mail."""
import email
import email.policy
import json
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": mail["Subject"], "id": mail["Message-ID"],
            "text": mail.get_content(), "user": session.auth_data and session.auth_data.login.decode()}), flush=True)
        return "250 OK"


class Server(SMTP):
    """Takes names of mechanisms in any case, as servers do."""

    async def smtp_AUTH(self, arg):
        name, _, rest = arg.partition(" ")
        await super().smtp_AUTH(f"{name.upper()} {rest}".strip())


class Mail(Controller):
    def factory(self):
        return Server(self.handler, **self.SMTP_kwargs)


def login(server, session, envelope, mechanism, data):
    good = [data.login.decode(), data.password.decode()] == sys.argv[2:4]
    return AuthResult(success=good, auth_data=data)


security = {"authenticator": login, "auth_required": True, "auth_require_tls": False} if len(sys.argv) > 2 else {}
controller = Mail(Handler(), hostname="127.0.0.1", port=int(sys.argv[1]), **security)
controller.start()
print("ready", flush=True)
while sys.stdin.readline():
    time.sleep(0.01)
controller.stop()
