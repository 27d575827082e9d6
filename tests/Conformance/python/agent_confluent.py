"""confluent-kafka, as Debian ships it, driven line by line: see agent.py. Usage: agent_confluent.py BOOTSTRAP_SERVERS"""
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

from agent import PATIENCE, Member, headers_of, pack, serve, unpack, until

SERVERS = sys.argv[1]


def shown(message):
    return {"topic": message.topic(), "p": message.partition(), "o": message.offset(), "t": message.timestamp()[1],
            "k": pack(message.key()), "v": pack(message.value()),
            "h": [[name, pack(value)] for name, value in message.headers() or []]}


def send(producer, topic, record):
    producer.produce(topic, key=unpack(record["k"]), value=unpack(record["v"]), partition=record["p"],
                     timestamp=record["t"], headers=headers_of(record), on_delivery=delivered)


def delivered(error, message):
    if error is not None:
        raise KafkaException(error)


def consumer(group, **settings):
    return Consumer({"bootstrap.servers": SERVERS, "group.id": group, "enable.auto.commit": False,
                     "auto.offset.reset": "earliest", "session.timeout.ms": 6000, "heartbeat.interval.ms": 100,
                     "fetch.wait.max.ms": 50, "check.crcs": True, **settings})


class Agent:
    def produce(self, request):
        producer = Producer({"bootstrap.servers": SERVERS, "compression.codec": request["codec"], "linger.ms": 20,
                             "enable.idempotence": request["idempotent"]})
        for record in request["records"]:
            send(producer, request["topic"], record)
        if producer.flush(PATIENCE):
            raise TimeoutError("not all was delivered")

    def transact(self, request):
        producer = Producer({"bootstrap.servers": SERVERS, "transactional.id": request["id"], "linger.ms": 5})
        producer.init_transactions(PATIENCE)
        for part in request["transactions"]:
            producer.begin_transaction()
            for record in part["records"]:
                send(producer, request["topic"], record)
            if "offset" in part:
                reader = consumer(part["group"])
                reader.assign([TopicPartition(part["input"], 0, 0)])
                producer.send_offsets_to_transaction(
                    [TopicPartition(part["input"], 0, part["offset"])], reader.consumer_group_metadata(), PATIENCE)
                reader.close()
            if part["commit"]:
                producer.commit_transaction(PATIENCE)
            else:
                producer.flush(PATIENCE)
                producer.abort_transaction(PATIENCE)

    def consume(self, request):
        reader = consumer("reader", **{"enable.partition.eof": False, "isolation.level":
                                       "read_committed" if request["committed"] else "read_uncommitted"})
        parts, ends = [], {}
        for topic, count in request["topics"].items():
            for p in range(count):
                start, end = reader.get_watermark_offsets(TopicPartition(topic, p), timeout=PATIENCE)
                if end > 0:
                    parts.append(TopicPartition(topic, p, start))
                    ends[topic, p] = end
        reader.assign(parts)
        records, done = [], set()

        def step():
            messages = reader.consume(1000, 0.05)
            for message in messages:
                if message.error():
                    raise KafkaException(message.error())
                records.append(shown(message))
            done.update((at.topic, at.partition) for at in reader.position(parts)
                        if at.offset >= ends[at.topic, at.partition])
            return not messages and len(done) == len(ends)

        until(step, "the ends were not reached")
        reader.close()
        return records

    def times(self, request):
        reader = consumer("reader")
        found = reader.offsets_for_times(
            [TopicPartition(request["topic"], p, request["time"]) for p in range(request["partitions"])], PATIENCE)
        reader.close()
        # librdkafka says "end" where nothing is that late.
        return [max(at.offset, -1) for at in found]

    def committed(self, request):
        reader = consumer(request["group"])
        found = reader.committed(
            [TopicPartition(request["topic"], p) for p in range(request["partitions"])], PATIENCE)
        reader.close()
        return [max(at.offset, -1) for at in found]

    def relay(self, request):
        reader = consumer(request["group"])
        reader.subscribe([request["topic"]])
        values = []

        def step():
            message = reader.poll(0.1)
            if message is not None and not message.error():
                values.append(pack(message.value()))
                reader.commit(message=message, asynchronous=False)
            return len(values) == request["count"]

        until(step, "too few records came")
        reader.close()
        return values

    def member(self, request):
        settings = {"partition.assignment.strategy": request.get("strategy", "range")}
        if "instance" in request:
            settings["group.instance.id"] = request["instance"]
        reader = consumer(request["group"], **settings)
        reader.subscribe([request["topic"]])

        def poll(client):
            message = client.poll(0.05)
            return [] if message is None or message.error() else [message.value()]

        return Member(reader, poll, lambda client: [at.partition for at in client.assignment()],
                      lambda client: client.commit(asynchronous=False))

    def admin(self, request):
        """Does what administrators do; tells what came of each step."""
        topic, steps = request["topic"], []
        client = AdminClient({"bootstrap.servers": SERVERS})

        def step(name, futures):
            for future in futures.values():
                try:
                    steps.append([name, future.result(PATIENCE)])
                except KafkaException as refusal:
                    steps.append([name, refusal.args[0].name()])

        def setting(value):
            entries = client.describe_configs([ConfigResource("topic", topic)])
            found = next(iter(entries.values())).result(PATIENCE)
            steps.append(["described", [found["retention.ms"].value, found["max.message.bytes"].is_default]])

        step("created", client.create_topics([NewTopic(topic, 2, 1, config={"retention.ms": "1234567"})]))
        step("created twice", client.create_topics([NewTopic(topic, 2, 1)]))
        step("only validated", client.create_topics([NewTopic(topic + "-2", 2, 1)], validate_only=True))
        step("bad name", client.create_topics([NewTopic("a/b", 2, 1)]))
        step("bad factor", client.create_topics([NewTopic(topic + "-3", 2, 3)]))
        step("bad setting", client.create_topics([NewTopic(topic + "-4", 1, 1, config={"retention.ms": "x"})]))
        step("widened", client.create_partitions([NewPartitions(topic, 3)]))
        step("narrowed", client.create_partitions([NewPartitions(topic, 1)]))
        setting("1234567")
        step("altered", client.alter_configs([ConfigResource("topic", topic, set_config={"retention.ms": "7654321"})]))
        setting("7654321")
        steps.append(["partitions", len(client.list_topics(topic).topics[topic].partitions)])
        step("deleted", client.delete_topics([topic]))
        step("deleted twice", client.delete_topics([topic]))
        steps.append(["left", [name for name in client.list_topics().topics if name.startswith(topic)]])
        return steps


serve(Agent())
