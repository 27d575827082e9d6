// node-rdkafka, built over the system's librdkafka, driven line by line: see agent.js. Usage: agent_rdkafka.js BOOTSTRAP_SERVERS
'use strict'
const rdkafka = require('node-rdkafka')
const { PATIENCE, SECURITY, pack, unpack, until, serve } = require('./agent')

const COMMON = {
  'bootstrap.servers': process.argv[2],
  ...(SECURITY && {
    'security.protocol': 'sasl_ssl', 'sasl.mechanism': SECURITY.mechanism, 'sasl.username': SECURITY.user, 'sasl.password': SECURITY.password,
    'ssl.ca.location': SECURITY.ca,
  }),
}

// Calls a method whose last argument is a callback.
const call = (object, method, ...values) => new Promise((resolve, reject) =>
  object[method](...values, (error, result) => (error ? reject(error) : resolve(result))))

const connected = async client => { await call(client, 'connect', {}); return client }

const shown = m => ({
  topic: m.topic, p: m.partition, o: m.offset, t: m.timestamp, k: pack(m.key), v: pack(m.value),
  h: (m.headers || []).flatMap(header => Object.entries(header).map(([name, value]) => [name, pack(value)])),
})

async function producer(settings) {
  const client = await connected(new rdkafka.Producer({ ...COMMON, dr_cb: true, ...settings }))
  client.setPollInterval(5)
  client.failures = []
  client.open = 0
  client.on('delivery-report', error => {
    client.open--
    if (error) client.failures.push(error)
  })
  return client
}

// Headers are texts here.
function send(client, topic, record) {
  client.produce(topic, record.p, unpack(record.v), unpack(record.k), record.t, null,
    (record.h || []).map(([name, value]) => ({ [name]: unpack(value).toString() })))
  client.open++
}

async function flush(client) {
  await call(client, 'flush', PATIENCE)
  await until(() => client.open === 0, 'not all was delivered')
  if (client.failures.length > 0) throw client.failures[0]
}

const consumer = (group, settings) => connected(new rdkafka.KafkaConsumer({
  ...COMMON, 'group.id': group, 'enable.auto.commit': false, 'session.timeout.ms': 6000,
  'heartbeat.interval.ms': 100, 'fetch.wait.max.ms': 50, 'check.crcs': true, ...settings,
}, { 'auto.offset.reset': 'earliest' }))

class Agent {
  async produce({ topic, codec, idempotent, records }) {
    const client = await producer({ 'compression.codec': codec, 'linger.ms': 20, 'enable.idempotence': idempotent })
    for (const record of records) send(client, topic, record)
    await flush(client)
    await call(client, 'disconnect')
  }

  async transact({ id, topic, transactions }) {
    const client = await producer({ 'transactional.id': id, 'linger.ms': 5 })
    await call(client, 'initTransactions', PATIENCE)
    for (const part of transactions) {
      await call(client, 'beginTransaction')
      for (const record of part.records) send(client, topic, record)
      if ('offset' in part) {
        const reader = await consumer(part.group)
        await call(client, 'sendOffsetsToTransaction', [{ topic: part.input, partition: 0, offset: part.offset }], reader, PATIENCE)
        await call(reader, 'disconnect')
      }
      if (part.commit) {
        await call(client, 'commitTransaction', PATIENCE)
      } else {
        await flush(client)
        await call(client, 'abortTransaction', PATIENCE)
      }
    }
    await call(client, 'disconnect')
  }

  async consume({ topics, committed }) {
    const reader = await consumer('reader', { 'isolation.level': committed ? 'read_committed' : 'read_uncommitted' })
    const open = []
    for (const [topic, count] of Object.entries(topics)) {
      for (let partition = 0; partition < count; partition++) {
        const { highOffset } = await call(reader, 'queryWatermarkOffsets', topic, partition, PATIENCE)
        if (highOffset > 0) open.push({ topic, partition, offset: 0, end: highOffset })
      }
    }
    reader.assign(open.map(({ topic, partition, offset }) => ({ topic, partition, offset })))
    const records = []
    reader.setDefaultConsumeTimeout(50)
    await until(async () => {
      const messages = await call(reader, 'consume', 500)
      records.push(...messages.map(shown))
      return messages.length === 0 && open.every(({ topic, partition, end }) =>
        reader.position([{ topic, partition }])[0].offset >= end)
    }, 'the ends were not reached')
    await call(reader, 'disconnect')
    return records
  }

  async times({ topic, partitions, time }) {
    const reader = await consumer('reader')
    const found = await call(reader, 'offsetsForTimes',
      Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: time })), PATIENCE)
    await call(reader, 'disconnect')
    return found.sort((a, b) => a.partition - b.partition).map(at => Math.max(at.offset ?? -1, -1))
  }

  async committed({ group, topic, partitions }) {
    const reader = await consumer(group)
    const found = await call(reader, 'committed',
      Array.from({ length: partitions }, (_, partition) => ({ topic, partition })), PATIENCE)
    await call(reader, 'disconnect')
    return found.sort((a, b) => a.partition - b.partition).map(at => at.offset ?? -1)
  }

  async relay({ group, topic, count }) {
    const reader = await consumer(group)
    reader.subscribe([topic])
    const values = []
    reader.setDefaultConsumeTimeout(50)
    await until(async () => {
      for (const m of await call(reader, 'consume', 1)) {
        values.push(pack(m.value))
        reader.commitMessageSync(m)
      }
      return values.length === count
    }, 'too few records came')
    await call(reader, 'disconnect')
    return values
  }

  async member({ group, topic, strategy }) {
    const reader = await consumer(group, { 'partition.assignment.strategy': strategy || 'range' })
    const member = { values: [] }
    reader.on('data', m => member.values.push(m.value))
    reader.setDefaultConsumeTimeout(50)
    reader.subscribe([topic])
    reader.consume()
    member.assigned = () => reader.assignments().map(at => at.partition)
    member.commit = async () => reader.commitSync(null)
    member.end = () => call(reader, 'disconnect')
    return member
  }

  // Does what administrators do; tells what came of each step.
  async admin({ topic }) {
    const admin = rdkafka.AdminClient.create(COMMON)
    const steps = []
    const step = async (name, method, ...values) => {
      try {
        await call(admin, method, ...values, PATIENCE)
        steps.push([name, null])
      } catch (error) {
        steps.push([name, error.code])
      }
    }
    const spec = { topic, num_partitions: 2, replication_factor: 1, config: { 'retention.ms': '1234567' } }
    await step('created', 'createTopic', spec)
    await step('created twice', 'createTopic', spec)
    await step('bad name', 'createTopic', { ...spec, topic: 'a/b' })
    await step('bad factor', 'createTopic', { ...spec, topic: `${topic}-3`, replication_factor: 3 })
    await step('bad setting', 'createTopic', { ...spec, topic: `${topic}-4`, config: { 'retention.ms': 'x' } })
    await step('widened', 'createPartitions', topic, 3)
    await step('narrowed', 'createPartitions', topic, 1)
    const reader = await consumer('reader')
    const metadata = await call(reader, 'getMetadata', { topic })
    steps.push(['partitions', metadata.topics.find(t => t.name === topic).partitions.length])
    await step('deleted', 'deleteTopic', topic)
    await step('deleted twice', 'deleteTopic', topic)
    const rest = await call(reader, 'getMetadata', {})
    steps.push(['left', rest.topics.map(t => t.name).filter(name => name.startsWith(topic))])
    await call(reader, 'disconnect')
    admin.disconnect()
    return steps
  }
}

serve(new Agent())
