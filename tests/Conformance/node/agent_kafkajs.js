// kafkajs, driven line by line: see agent.js. Usage: agent_kafkajs.js BOOTSTRAP_SERVERS
'use strict'
const { Kafka, CompressionCodecs, CompressionTypes, ConfigResourceTypes, PartitionAssigners, logLevel } = require('kafkajs')
const fs = require('fs')
const { SECURITY, pack, unpack, until, serve } = require('./agent')

CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy')
const CODECS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy }

const secured = SECURITY && {
  ssl: { ca: [fs.readFileSync(SECURITY.ca, 'utf8')] },
  sasl: { mechanism: SECURITY.mechanism.toLowerCase(), username: SECURITY.user, password: SECURITY.password },
}

const kafka = new Kafka({
  ...secured,
  clientId: 'kafkajs', brokers: [process.argv[2]], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20, maxRetryTime: 200 },
})

const message = record => ({
  partition: record.p, key: unpack(record.k), value: unpack(record.v), timestamp: String(record.t), headers: headersOf(record.h),
})

function headersOf(list) {
  const headers = {}
  for (const [name, value] of list || []) {
    headers[name] = name in headers ? [].concat(headers[name], unpack(value)) : unpack(value)
  }
  return headers
}

const shown = (topic, partition, m) => ({
  topic, p: partition, o: Number(m.offset), t: Number(m.timestamp), k: pack(m.key), v: pack(m.value),
  h: Object.entries(m.headers || {}).flatMap(([name, value]) => [].concat(value).map(v => [name, pack(v)])),
})

const consumer = (group, settings) => kafka.consumer({
  groupId: group, sessionTimeout: 6000, heartbeatInterval: 100, maxWaitTimeInMs: 50, rebalanceTimeout: 10000, ...settings,
})

let readers = 0

class Agent {
  async produce({ topic, codec, idempotent, records }) {
    const producer = kafka.producer({ idempotent })
    await producer.connect()
    for (let i = 0; i < records.length; i += 20) {
      await producer.send({ topic, compression: CODECS[codec], messages: records.slice(i, i + 20).map(message), acks: -1 })
    }
    await producer.disconnect()
  }

  async transact({ id, topic, transactions }) {
    const producer = kafka.producer({ transactionalId: id, idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (const part of transactions) {
      const transaction = await producer.transaction()
      if (part.records.length > 0) await transaction.send({ topic, messages: part.records.map(message) })
      if ('offset' in part) {
        await transaction.sendOffsets({
          consumerGroupId: part.group,
          topics: [{ topic: part.input, partitions: [{ partition: 0, offset: String(part.offset) }] }],
        })
      }
      await (part.commit ? transaction.commit() : transaction.abort())
    }
    await producer.disconnect()
  }

  // kafkajs has no consumer without a group.
  async consume({ topics, committed }) {
    const admin = kafka.admin()
    await admin.connect()
    const open = new Map()
    for (const topic of Object.keys(topics)) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        if (Number(high) > 0) open.set(`${topic} ${partition}`, Number(high))
      }
    }
    await admin.disconnect()
    const records = []
    const reader = consumer(`kafkajs-reader-${process.pid}-${++readers}`, { readUncommitted: !committed })
    await reader.connect()
    await reader.subscribe({ topics: Object.keys(topics), fromBeginning: true })
    const offsets = new Map()
    reader.on(reader.events.END_BATCH_PROCESS, ({ payload }) => {
      offsets.set(`${payload.topic} ${payload.partition}`, Number(payload.lastOffset) + 1)
    })
    await reader.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        records.push(...batch.messages.map(m => shown(batch.topic, batch.partition, m)))
      },
    })
    await until(() => [...open].every(([name, end]) => (offsets.get(name) ?? 0) >= end), 'the ends were not reached')
    await reader.disconnect()
    return records
  }

  async times({ topic, partitions, time }) {
    const admin = kafka.admin()
    await admin.connect()
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, time)
    const ends = await admin.fetchTopicOffsets(topic)
    await admin.disconnect()
    // kafkajs says the end where nothing is that late.
    return Array.from({ length: partitions }, (_, p) => {
      const at = found.find(f => f.partition === p).offset
      return at === ends.find(f => f.partition === p).high ? -1 : Number(at)
    })
  }

  async committed({ group, topic, partitions }) {
    const admin = kafka.admin()
    await admin.connect()
    const found = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    await admin.disconnect()
    return Array.from({ length: partitions }, (_, p) =>
      Number(found[0].partitions.find(f => f.partition === p)?.offset ?? -1))
  }

  async relay({ group, topic, count }) {
    const reader = consumer(group)
    const values = []
    await reader.connect()
    await reader.subscribe({ topics: [topic], fromBeginning: true })
    await reader.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: m }) => {
        if (values.length === count) return
        await reader.commitOffsets([{ topic, partition, offset: String(Number(m.offset) + 1) }])
        values.push(pack(m.value))
      },
    })
    await until(() => values.length === count, 'too few records came')
    await reader.disconnect()
    return values
  }

  async member({ group, topic }) {
    const reader = consumer(group, { partitionAssigners: [PartitionAssigners.roundRobin] })
    const member = { values: [], positions: new Map(), partitions: [] }
    reader.on(reader.events.GROUP_JOIN, ({ payload }) => { member.partitions = payload.memberAssignment[topic] || [] })
    reader.on(reader.events.REBALANCING, () => { member.partitions = [] })
    await reader.connect()
    await reader.subscribe({ topics: [topic], fromBeginning: true })
    await reader.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: m }) => {
        member.values.push(m.value)
        member.positions.set(partition, Number(m.offset) + 1)
      },
    })
    member.assigned = () => [...member.partitions]
    member.commit = () => reader.commitOffsets(
      [...member.positions].map(([partition, offset]) => ({ topic, partition, offset: String(offset) })))
    member.end = () => reader.disconnect()
    return member
  }

  // Does what administrators do; tells what came of each step.
  async admin({ topic }) {
    const admin = kafka.admin({ retry: { retries: 1 } })
    await admin.connect()
    const steps = []
    const step = async (name, action) => {
      try {
        const result = await action()
        steps.push([name, result === undefined ? null : result])
      } catch (error) {
        const cause = error.errors ? error.errors[0] : error.cause || error
        steps.push([name, cause.type || cause.message])
      }
    }
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    const described = async () => {
      const entries = (await admin.describeConfigs({ resources: [resource], includeSynonyms: false })).resources[0].configEntries
      const of = name => entries.find(entry => entry.configName === name)
      return [of('retention.ms').configValue, of('max.message.bytes').isDefault]
    }
    const spec = { topic, numPartitions: 2, replicationFactor: 1, configEntries: [{ name: 'retention.ms', value: '1234567' }] }
    await step('created', () => admin.createTopics({ topics: [spec] }))
    await step('created twice', () => admin.createTopics({ topics: [spec] }))
    await step('only validated', () => admin.createTopics({ topics: [{ topic: `${topic}-2` }], validateOnly: true, waitForLeaders: false }))
    await step('bad name', () => admin.createTopics({ topics: [{ topic: 'a/b' }] }))
    await step('bad factor', () => admin.createTopics({ topics: [{ topic: `${topic}-3`, replicationFactor: 3 }] }))
    await step('bad setting', () => admin.createTopics(
      { topics: [{ topic: `${topic}-4`, configEntries: [{ name: 'retention.ms', value: 'x' }] }] }))
    await step('widened', () => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }))
    await step('narrowed', () => admin.createPartitions({ topicPartitions: [{ topic, count: 1 }] }))
    await step('described', described)
    await step('altered', async () => {
      await admin.alterConfigs(
        { validateOnly: false, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '7654321' }] }] })
    })
    await step('described', described)
    await step('partitions', async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length)
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: ['a', 'b', 'c'].map(value => ({ value, partition: 1 })) })
    await producer.disconnect()
    await step('records deleted', async () => {
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '2' }] })
      return (await admin.fetchTopicOffsets(topic)).map(p => [p.partition, p.low, p.high]).sort()
    })
    const group = `${topic}-group`
    await this.transact({ id: topic, topic, transactions: [{ records: [], group, input: topic, offset: 3, commit: true }] })
    await step('offsets', async () =>
      (await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0].partitions.map(p => [p.partition, p.offset]).sort())
    await step('group', async () => [
      (await admin.describeGroups([group])).groups[0].state,
      (await admin.listGroups()).groups.some(g => g.groupId === group),
    ])
    await step('group deleted', async () => (await admin.deleteGroups([group])).map(g => g.errorCode))
    await step('group deleted twice', async () => { await admin.deleteGroups([group]) })
    await step('cluster', async () => {
      const cluster = await admin.describeCluster()
      return [cluster.brokers.length, cluster.controller === cluster.brokers[0].nodeId, cluster.clusterId.length]
    })
    await step('deleted', () => admin.deleteTopics({ topics: [topic] }))
    await step('deleted twice', () => admin.deleteTopics({ topics: [topic] }))
    await step('left', async () => (await admin.listTopics()).filter(name => name.startsWith(topic)))
    await admin.disconnect()
    return steps
  }
}

serve(new Agent())
