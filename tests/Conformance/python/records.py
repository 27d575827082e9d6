"""Produces and consumes with kafka-python; prints what came back. Usage: records.py BOOTSTRAP_SERVERS"""

import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic, NewPartitions

servers = sys.argv[1]

admin = KafkaAdminClient(bootstrap_servers=servers)
admin.create_topics([NewTopic("records", 2, 1, topic_configs={"max.message.bytes": "2000000"})])
admin.create_partitions({"records": NewPartitions(3)})
print("partitions", len(admin.describe_topics(["records"])[0]["partitions"]))

for acks in (0, 1, "all"):
    for compression in (None, "gzip"):
        producer = KafkaProducer(bootstrap_servers=servers, acks=acks, compression_type=compression, linger_ms=10)
        for i in range(50):
            producer.send("records", key=b"k%d" % i, value=b"v%d" % i, partition=i % 3, timestamp_ms=1600000000000 + i,
                          headers=[("h", b"\x00\xff")])
        producer.flush()
        producer.close()

consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", consumer_timeout_ms=10000)
parts = [TopicPartition("records", p) for p in range(3)]
consumer.assign(parts)
wanted = 300
seen = []
for message in consumer:
    assert message.key[1:] == message.value[1:], message
    assert message.headers == [("h", b"\x00\xff")], message
    assert message.timestamp == 1600000000000 + int(message.value[1:]), message
    seen.append((message.partition, message.offset))
    if len(seen) == wanted:
        break
print("read", len(seen), "distinct", len(set(seen)))
print("ends", [consumer.end_offsets(parts)[p] for p in parts])
print("by time", [consumer.offsets_for_times({p: 1600000000003 for p in parts})[p].offset for p in parts])
consumer.close()

admin.delete_topics(["records"])
print("left", "records" in admin.list_topics())
admin.close()
