"""What both Python clients share: one request for each line of the input, one answer for each line of the output.
A record is {"p": partition, "k": key, "v": value, "h": [[name, value]], "t": timestamp}; bytes are base64 or null."""
import base64
import json
import sys
import threading
import time
import traceback

PATIENCE = 30


def unpack(text):
    return None if text is None else base64.b64decode(text)


def pack(data):
    return None if data is None else base64.b64encode(data).decode()


def headers_of(record):
    return [(name, unpack(value)) for name, value in record.get("h", [])]


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


class Member(threading.Thread):
    """A member of a group: it polls in a thread of its own, where commits and its end happen too."""

    def __init__(self, consumer, poll, assignment, commit):
        super().__init__(daemon=True)
        self.consumer, self.poll, self.assignment, self.commit = consumer, poll, assignment, commit
        self.values, self.assigned, self.failure = [], [], None
        self.jobs, self.stop = [], threading.Event()
        self.start()

    def run(self):
        try:
            while not self.stop.is_set():
                self.values.extend(self.poll(self.consumer))
                self.assigned = sorted(self.assignment(self.consumer))
                while self.jobs:
                    job, done = self.jobs.pop(0)
                    job(self.consumer)
                    done.set()
        except Exception:
            self.failure = traceback.format_exc()
        finally:
            self.consumer.close()

    def do(self, job):
        done = threading.Event()
        self.jobs.append((job, done))
        until(lambda: done.is_set() or self.failure, "the member does not answer")
        if self.failure:
            raise RuntimeError(self.failure)

    def end(self):
        self.stop.set()
        self.join(PATIENCE)
        if self.failure:
            raise RuntimeError(self.failure)


def serve(agent):
    members = {}

    def join(request):
        members[request["name"]] = agent.member(request)

    def state(request):
        member = members[request["name"]]
        if member.failure:
            raise RuntimeError(member.failure)
        return {"assigned": member.assigned, "values": [pack(v) for v in member.values]}

    def commit(request):
        member = members[request["name"]]
        member.do(member.commit)

    def leave(request):
        members.pop(request["name"]).end()

    verbs = {"join": join, "state": state, "commit": commit, "leave": leave}
    for line in sys.stdin:
        request = json.loads(line)
        verb = request["do"]
        try:
            result = (verbs.get(verb) or getattr(agent, verb))(request)
            answer = {"ok": None if verb == "consume" else result}
            if verb == "consume":
                # Piece by piece, so that nobody has to hold a line of all that was read.
                for at in range(0, len(result), 50):
                    print(json.dumps({"part": result[at:at + 50]}))
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
