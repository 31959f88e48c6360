// Answers evaluations, one JSON object a line, with iam-simulate's outcome: {"decision"} or, where it refuses, {"error"}.
import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const named = (policies) => policies.map((policy, i) => ({ name: `p${i}`, policy }))
const levels = (list) => list.map((policies, i) => ({ orgIdentifier: `level${i}`, policies: named(policies) }))

for await (const line of createInterface({ input: process.stdin })) {
  const q = JSON.parse(line)
  const simulation = {
    request: {
      principal: q.request.principal === '*' ? anonymousPrincipal : q.request.principal,
      action: q.request.action,
      resource: { resource: q.request.resource, accountId: q.request.resource_account },
      contextVariables: q.request.context,
    },
    identityPolicies: named(q.identity),
    serviceControlPolicies: levels(q.scps),
    resourceControlPolicies: levels(q.rcps),
    resourcePolicy: q.resource_policy ?? undefined,
    sessionPolicy: q.session[0],
    permissionBoundaryPolicies: q.boundary.length ? named(q.boundary) : undefined,
  }
  const answer = await runSimulation(simulation, {})
  const out = answer.resultType === 'error' ? { error: JSON.stringify(answer.errors) } : { decision: answer.overallResult }
  process.stdout.write(JSON.stringify(out) + '\n')
}
