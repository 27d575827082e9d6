// What both clients for Node.js share: one request for each line of the input, one answer for each line of the output.
// A record is {"p": partition, "k": key, "v": value, "h": [[name, value]], "t": timestamp}; bytes are base64 or null.
'use strict'
const readline = require('readline')

const PATIENCE = 30000

// Over TLS as a user, where the environment says so: {"mechanism", "user", "password", "ca": file}.
const SECURITY = JSON.parse(process.env.AGENT_SECURITY || 'null')

const unpack = text => (text === null || text === undefined ? null : Buffer.from(text, 'base64'))
const pack = data => (data === null || data === undefined ? null : Buffer.from(data).toString('base64'))

async function until(condition, what) {
  const end = Date.now() + PATIENCE
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(what)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

// Members of groups are objects with assigned(), values, commit() and end().
function serve(agent) {
  const members = new Map()
  const verbs = {
    join: async request => { members.set(request.name, await agent.member(request)) },
    state: async ({ name }) => {
      const member = members.get(name)
      return { assigned: member.assigned().sort((a, b) => a - b), values: member.values.map(pack) }
    },
    commit: async ({ name }) => members.get(name).commit(),
    leave: async ({ name }) => { await members.get(name).end(); members.delete(name) },
  }
  const input = readline.createInterface({ input: process.stdin })
  let queue = Promise.resolve()
  input.on('line', line => {
    queue = queue.then(async () => {
      const request = JSON.parse(line)
      let answer
      try {
        const verb = verbs[request.do] || agent[request.do].bind(agent)
        const result = (await verb(request)) ?? null
        answer = { ok: request.do === 'consume' ? null : result }
        if (request.do === 'consume') {
          // Piece by piece, so that nobody has to hold a line of all that was read.
          for (let i = 0; i < result.length; i += 50) process.stdout.write(JSON.stringify({ part: result.slice(i, i + 50) }) + '\n')
        }
      } catch (error) {
        answer = { error: error.stack || String(error) }
      }
      process.stdout.write(JSON.stringify(answer) + '\n')
    })
  })
  input.on('close', () => process.exit(0))
}

module.exports = { PATIENCE, SECURITY, pack, unpack, until, serve }
