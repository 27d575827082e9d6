"""A consumer group of kafka-python: two members share four partitions, one leaves, the other takes over; offsets
survive. Prints one line for each finding; the caller compares them."""
import sys
import threading
import time

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

bootstrap = sys.argv[1]


class Member(threading.Thread):
    """A consumer in a thread of its own: polling waits for the group."""

    def __init__(self):
        super().__init__(daemon=True)
        self.values, self.assigned, self.commit, self.stop = [], set(), threading.Event(), threading.Event()
        self.start()

    def run(self):
        consumer = KafkaConsumer(
            "python", bootstrap_servers=bootstrap, group_id="pygroup", auto_offset_reset="earliest",
            enable_auto_commit=False, session_timeout_ms=6000, heartbeat_interval_ms=200)
        while not self.stop.is_set():
            for records in consumer.poll(timeout_ms=100).values():
                self.values.extend(int(r.value) for r in records)
            self.assigned = {p.partition for p in consumer.assignment()}
            if self.commit.is_set():
                consumer.commit()
                self.commit.clear()
        consumer.close(autocommit=False)

    def end(self):
        self.stop.set()
        self.join(30)


def until(condition):
    end = time.monotonic() + 40
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("timed out")
        time.sleep(0.02)


admin = KafkaAdminClient(bootstrap_servers=bootstrap)
admin.create_topics([NewTopic("python", 4, 1)])
producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
for i in range(40):
    producer.send("python", value=str(i).encode(), partition=i % 4).get(10)

first, second = Member(), Member()
until(lambda: len(first.assigned) == 2 and len(second.assigned) == 2)
print("shared", sorted(first.assigned | second.assigned))
until(lambda: len(set(first.values + second.values)) == 40)
print("read", len(set(first.values + second.values)))
first.commit.set()
second.commit.set()
until(lambda: not first.commit.is_set() and not second.commit.is_set())
second.end()
until(lambda: len(first.assigned) == 4)
print("took over", sorted(first.assigned))
described = admin.describe_consumer_groups(["pygroup"])[0]
print("described", described.state, len(described.members))
print("listed", ("pygroup", "consumer") in admin.list_consumer_groups())
offsets = admin.list_consumer_group_offsets("pygroup")
print("offsets", sorted((tp.partition, o.offset) for tp, o in offsets.items()))
first.end()
again = Member()
for i in range(40, 44):
    producer.send("python", value=str(i).encode(), partition=i % 4).get(10)
until(lambda: len(again.values) == 4)
print("went on", sorted(again.values))
again.end()
