"""An FTP server for tests: FOLDER PORT [names=gbk] [cut=BYTES] [mute=COMMAND,...] [certificate=FILE]; user u, password p w."""
import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.servers import FTPServer

folder, port = sys.argv[1], int(sys.argv[2])
settings = dict(a.split("=", 1) for a in sys.argv[3:])
cut = int(settings.get("cut", 0))
certificate = settings.get("certificate")


class Cutting:
    """Ends the data connection after some bytes; every second time the control connection as well."""

    cuts = 0
    sent = 0

    def send(self, data):
        if cut and self.sent >= cut:
            Cutting.cuts += 1
            if Cutting.cuts % 2:
                self.cmd_channel.close()
            self.close()
            return 0
        count = super().send(data[:max(1, cut - self.sent)] if cut else data)
        self.sent += count
        return count


class Data(Cutting, TLS_DTPHandler if certificate else DTPHandler):
    pass


class Control(TLS_FTPHandler if certificate else FTPHandler):
    names = settings.get("names", "utf8")
    use_sendfile = False
    dtp_handler = Data
    max_login_attempts = 3

    def decode(self, raw):
        return raw.decode(self.names, self.unicode_errors)

    def push(self, text):
        super().push(text.encode("latin-1", "replace").decode("latin-1"))


authorizer = DummyAuthorizer()
authorizer.add_user("u", "p w", folder, perm="elr")
Control.authorizer = authorizer
if certificate:
    Control.certfile = certificate
    Control.tls_control_required = True
    Control.tls_data_required = True
for command in settings.get("mute", "").split(","):
    if command:
        Control.proto_cmds = {k: v for k, v in Control.proto_cmds.items() if k != command}
server = FTPServer(("127.0.0.1", port), Control)
server.max_cons = int(settings.get("connections", 64))
server.serve_forever()
