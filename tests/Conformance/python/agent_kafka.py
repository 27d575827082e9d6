"""kafka-python, as Debian ships it, driven line by line: see agent.py. Usage: agent_kafka.py BOOTSTRAP_SERVERS"""
import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.errors import KafkaError

from agent import PATIENCE, Member, headers_of, pack, serve, unpack, until

SERVERS = sys.argv[1]


def shown(message):
    return {"topic": message.topic, "p": message.partition, "o": message.offset, "t": message.timestamp,
            "k": pack(message.key), "v": pack(message.value), "h": [[name, pack(value)] for name, value in message.headers]}


def consumer(group, *topics):
    return KafkaConsumer(
        *topics, bootstrap_servers=SERVERS, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False,
        session_timeout_ms=6000, heartbeat_interval_ms=100, fetch_max_wait_ms=50, check_crcs=True, retry_backoff_ms=20,
        partition_assignment_strategy=[RangePartitionAssignor])


class Agent:
    def produce(self, request):
        codec = None if request["codec"] == "none" else request["codec"]
        producer = KafkaProducer(bootstrap_servers=SERVERS, acks="all", compression_type=codec, linger_ms=20)
        sent = [producer.send(request["topic"], key=unpack(record["k"]), value=unpack(record["v"]),
                              partition=record["p"], timestamp_ms=record["t"], headers=headers_of(record))
                for record in request["records"]]
        producer.flush(PATIENCE)
        for future in sent:
            future.get(PATIENCE)
        producer.close()

    def consume(self, request):
        reader = consumer(None)
        parts = [TopicPartition(topic, p) for topic, count in request["topics"].items() for p in range(count)]
        ends = reader.end_offsets(parts)
        reader.assign([part for part in parts if ends[part] > 0])
        reader.seek_to_beginning()
        records = []

        def step():
            for batch in reader.poll(timeout_ms=100).values():
                records.extend(shown(message) for message in batch)
            return all(reader.position(part) >= ends[part] for part in parts if ends[part] > 0)

        until(step, "the ends were not reached")
        reader.close()
        return records

    def times(self, request):
        reader = consumer(None)
        parts = [TopicPartition(request["topic"], p) for p in range(request["partitions"])]
        found = reader.offsets_for_times({part: request["time"] for part in parts})
        reader.close()
        return [found[part].offset if found[part] else -1 for part in parts]

    def committed(self, request):
        reader = consumer(request["group"])
        found = [reader.committed(TopicPartition(request["topic"], p)) for p in range(request["partitions"])]
        reader.close(autocommit=False)
        return [-1 if offset is None else offset for offset in found]

    def relay(self, request):
        reader = consumer(request["group"], request["topic"])
        values = []

        def step():
            for batch in reader.poll(timeout_ms=100, max_records=request["count"] - len(values)).values():
                for message in batch:
                    values.append(pack(message.value))
                    at = TopicPartition(message.topic, message.partition)
                    reader.commit({at: OffsetAndMetadata(message.offset + 1, "")})
            return len(values) == request["count"]

        until(step, "too few records came")
        reader.close(autocommit=False)
        return values

    def member(self, request):
        def poll(client):
            return [message.value for batch in client.poll(timeout_ms=50).values() for message in batch]

        return Member(consumer(request["group"], request["topic"]), poll,
                      lambda client: [at.partition for at in client.assignment()], lambda client: client.commit())

    def admin(self, request):
        """Does what administrators do; tells what came of each step."""
        topic, steps = request["topic"], []
        client = KafkaAdminClient(bootstrap_servers=SERVERS)

        def step(name, action):
            try:
                action()
                steps.append([name, None])
            except KafkaError as refusal:
                steps.append([name, type(refusal).__name__])

        def setting():
            resource = ConfigResource(ConfigResourceType.TOPIC, topic)
            answer = client.describe_configs([resource])[0].resources[0]
            found = {entry[0]: entry for entry in answer[4]}
            steps.append(["described", [found["retention.ms"][1], found["max.message.bytes"][3] == 5]])

        step("created", lambda: client.create_topics([NewTopic(topic, 2, 1, topic_configs={"retention.ms": "1234567"})]))
        step("created twice", lambda: client.create_topics([NewTopic(topic, 2, 1)]))
        step("only validated", lambda: client.create_topics([NewTopic(topic + "-2", 2, 1)], validate_only=True))
        step("bad name", lambda: client.create_topics([NewTopic("a/b", 2, 1)]))
        step("bad factor", lambda: client.create_topics([NewTopic(topic + "-3", 2, 3)]))
        step("bad setting", lambda: client.create_topics([NewTopic(topic + "-4", 1, 1, topic_configs={"retention.ms": "x"})]))
        step("widened", lambda: client.create_partitions({topic: NewPartitions(3)}))
        step("narrowed", lambda: client.create_partitions({topic: NewPartitions(1)}))
        setting()
        step("altered", lambda: client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": "7654321"})]))
        setting()
        steps.append(["partitions", len(client.describe_topics([topic])[0]["partitions"])])
        reader = consumer(topic + "-group")
        reader.commit({TopicPartition(topic, 0): OffsetAndMetadata(7, "note")})
        reader.close(autocommit=False)
        group = topic + "-group"
        found = client.describe_consumer_groups([group])[0]
        steps.append(["group", [found.state, (group, "") in client.list_consumer_groups()]])
        offsets = client.list_consumer_group_offsets(group)
        steps.append(["offsets", [[at.partition, offset.offset, offset.metadata] for at, offset in offsets.items()]])
        steps.append(["group deleted", [error.__name__ for name, error in client.delete_consumer_groups([group])]])
        steps.append(["group deleted twice", [error.__name__ for name, error in client.delete_consumer_groups([group])]])
        step("deleted", lambda: client.delete_topics([topic]))
        step("deleted twice", lambda: client.delete_topics([topic]))
        steps.append(["left", [name for name in client.list_topics() if name.startswith(topic)]])
        client.close()
        return steps


serve(Agent())
