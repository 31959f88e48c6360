package config

import (
	"slices"
	"strings"
	"testing"
)

// bad is a table of configurations that Parse refuses. blind is set where the schema cannot tell: what is not in the
// data, and what only a clock, a count or a second look could know.
var bad = []struct {
	name, text, want string
	blind            bool
}{
	{name: "unknown key", text: "stanza: guard", want: `f:1:1: unknown key "stanza": did you mean stance?`},
	{name: "unknown nested key", text: "notify: { sns: { topics: x } }", want: `f:1:18: notify.sns: unknown key "topics": did you mean topic?`},
	{name: "tags", text: "exceptions: [{ rule: IAM-002, tags: { a: b }, owner: o, reason: r, expires: 2027-01-31 }]", want: "carry no tags"},
	{name: "ou", text: "ous: {}", want: "list the accounts one by one"},
	{name: "duplicate key", text: "stance: guard\nstance: guard", want: `f:2:1: key "stance" stands twice: first on line 1`, blind: true},
	{name: "duplicate account", text: "accounts:\n  \"111122223333\": {}\n  '111122223333': {}", want: `f:3:3: accounts: key "111122223333" stands twice`, blind: true},
	{name: "list at the top", text: "- stance: guard", want: "f:1:1: want keys with values, found a list"},
	{name: "text at the top", text: "guard", want: "f:1:1: want keys with values, found text"},
	{name: "stance null", text: "stance:", want: "stance: no value: write one or leave the key out"},
	{name: "stance list", text: "stance: [guard]", want: "want observe, guard or enforce, found a list"},
	{name: "stance case", text: "stance: Guard", want: `no stance "Guard": did you mean guard?`},
	{name: "stance boolean", text: "stance: true", want: "found true, which YAML reads as true or false; put it in quotes"},
	{name: "rules list", text: "rules: [IAM-002]", want: "rules: want keys with values, found a list"},
	{name: "rule without settings", text: "rules: { IAM-002: act }", want: "rules.IAM-002: want keys with values, found text"},
	{name: "rule without mode", text: "rules: { IAM-002: {} }", want: "rules.IAM-002.mode: missing: write { mode: off | alert"},
	{name: "rule name", text: "rules: { IAM_002: { mode: act } }", want: `"IAM_002": want a rule's ID or class`},
	{name: "wildcard rule", text: "rules: { \"*\": { mode: act } }", want: `"*": want a rule's ID or class`},
	{name: "account unquoted", text: "accounts: { 111122223333: {} }", want: `put the account ID in quotes, "111122223333"`, blind: true},
	{name: "account leading zero", text: "accounts: { 012345678901: {} }", want: `put the account ID in quotes, "012345678901"`, blind: true},
	{name: "account short", text: `accounts: { "11112222333": {} }`, want: `"11112222333" is no account ID: want 12 digits`},
	{name: "account stance", text: `accounts: { "111122223333": { stance: gard } }`, want: `f:1:39: accounts.111122223333.stance: no stance "gard": did you mean guard?`},
	{name: "account list", text: "accounts: [\"111122223333\"]", want: "accounts: want keys with values, found a list"},
	{name: "exceptions mapping", text: "exceptions: { rule: IAM-002 }", want: "exceptions: want a list, found keys with values"},
	{name: "exception text", text: "exceptions: [IAM-002]", want: "exceptions[0]: want keys with values, found text"},
	{name: "exception without rule", text: exception("rule"), want: "exceptions[0].rule: missing"},
	{name: "exception without owner", text: exception("owner"), want: "exceptions[0].owner: missing"},
	{name: "exception without reason", text: exception("reason"), want: "exceptions[0].reason: missing"},
	{name: "exception without expiry", text: exception("expires"), want: "exceptions[0].expires: missing: every exception ends"},
	{name: "exception for everything", text: exception("account"), want: "f:2:5: exceptions[0]: names no account, principal or resource"},
	{name: "exception null owner", text: exception("owner", "owner:"), want: "exceptions[0].owner: no value"},
	{name: "exception number as owner", text: exception("owner", "owner: 42"), want: `want text, found the number "42"; put it in quotes`},
	{name: "exception empty reason", text: exception("reason", `reason: "  "`), want: "exceptions[0].reason: empty", blind: true},
	{name: "exception long reason", text: exception("reason", "reason: "+strings.Repeat("x", 501)), want: "longer than 500 characters"},
	{name: "exception hidden reason", text: exception("reason", `reason: "a\u202eb"`), want: "invisible characters", blind: true},
	{name: "exception bare account", text: exception("account", `account: "*"`), want: `exceptions[0].account: "*" names nothing`},
	{name: "exception bare principal", text: exception("account", `principal: "*"`), want: `exceptions[0].principal: "*" names nothing`},
	{name: "exception bare resource", text: exception("account", `resource: "*/*"`), want: `exceptions[0].resource: "*/*" names nothing`},
	{name: "exception any principal", text: exception("account", `principal: "arn:aws:iam::*:role/**"`), want: "exceptions[0]: matches everything", blind: true},
	{name: "exception any key", text: exception("account", `resource: "AccessKey/*"`), want: "exceptions[0]: matches everything", blind: true},
	{name: "exception account number", text: exception("account", "account: 111122223333"), want: `put the account ID in quotes, "111122223333"`},
	{name: "exception account leading zero", text: exception("account", "account: 012345678901"), want: `put the account ID in quotes, "012345678901"`},
	{name: "exception account mapping", text: exception("account", "account: { id: x }"), want: "keys with values is no account ID"},
	{name: "exception rule", text: exception("rule", "rule: IAM-2"), want: `"IAM-2": want a rule's ID or class`},
	{name: "exception resource type", text: exception("account", "resource: AKIAIOSFODNN7EXAMPLE"), want: "want Type/ID as findings write it"},
	{name: "exception resource type wildcard", text: exception("account", "resource: \"*/bob\""), want: "want Type/ID as findings write it"},
	{name: "exception resource blank", text: exception("account", "resource: User/a b"), want: "no resource: too long, or with spaces"},
	{name: "expiry in words", text: exception("expires", "expires: never"), want: `"never" is no date: write one such as 2027-01-31`},
	{name: "expiry impossible", text: exception("expires", "expires: 2027-02-30"), want: `"2027-02-30" is no date`, blind: true},
	{name: "expiry local", text: exception("expires", "expires: 2027-01-31T18:00:00"), want: "is no date"},
	{name: "expiry number", text: exception("expires", "expires: 2027"), want: `want a date such as 2027-01-31, found the number "2027"`},
	{name: "principal no ARN", text: "break_glass: [bob]", want: `break_glass[0]: "bob" is no ARN`},
	{name: "principal service", text: "break_glass: [arn:aws:s3:::bucket]", want: "is no principal"},
	{name: "principal partition", text: "break_glass: [\"arn:amazon:iam::111122223333:user/bob\"]", want: `no partition "amazon"`},
	{name: "principal region", text: "break_glass: [\"arn:aws:iam:us-east-1:111122223333:user/bob\"]", want: "principals have no region"},
	{name: "principal account", text: "break_glass: [\"arn:aws:iam::1111:user/bob\"]", want: `no account "1111"`},
	{name: "principal account wildcard", text: "break_glass: [\"arn:aws:iam::1111*:user/bob\"]", want: `no account "1111*"`},
	{name: "principal group", text: "break_glass: [\"arn:aws:iam::111122223333:group/admins\"]", want: "a group makes no calls"},
	{name: "principal kind", text: "break_glass: [\"arn:aws:iam::111122223333:*\"]", want: "is no principal"},
	{name: "principal role without session", text: "break_glass: [\"arn:aws:sts::111122223333:assumed-role/ci\"]", want: "is no principal"},
	{name: "break glass for all", text: "break_glass: [\"arn:aws:iam::111122223333:user/*\"]", want: "names everybody", blind: true},
	{name: "break glass for a path", text: "break_glass: [\"arn:aws:iam::111122223333:role/admins/*\"]", want: "names everybody", blind: true},
	{name: "break glass twice", text: "break_glass: [\"arn:aws:iam::111122223333:root\", \"arn:aws:iam::111122223333:root\"]", want: "f:1:49: break_glass[1]: arn:aws:iam::111122223333:root is listed twice"},
	{name: "contain without silence", text: "contain: { after: 24h }", want: "contain.on_silence: missing"},
	{name: "contain word", text: "contain: { after: 24h, on_silence: stay }", want: `contain.on_silence: "stay": write keep or undo`},
	{name: "contain never", text: "contain: { after: 0h, on_silence: keep }", want: "contain.after: \"0h\": want a duration above zero", blind: true},
	{name: "organization", text: "organization: r-a1b2", want: `"r-a1b2" is no organization's ID`},
	{name: "organization list", text: "organization: [o-a1b2c3d4e5]", want: "want an organization's ID, found a list"},
	{name: "trusted account unquoted", text: "trusted_accounts: [111122223333]", want: `put the account ID in quotes, "111122223333"`},
	{name: "trusted account twice", text: `trusted_accounts: ["111122223333", "111122223333"]`, want: "trusted_accounts[1]: 111122223333 is listed twice"},
	{name: "region", text: "regions: [Frankfurt]", want: `regions[0]: "Frankfurt" is no region`},
	{name: "region twice", text: "regions: [eu-west-1, eu-west-1]", want: "eu-west-1 is listed twice"},
	{name: "production text", text: `accounts: { "111122223333": { production: "yes" } }`, want: "production: want true or false, found text"},
	{name: "production yes", text: `accounts: { "111122223333": { production: yes } }`, want: "want true or false"},
	{name: "sigma text", text: "sigma: rules", want: "sigma: want keys with values, found text"},
	{name: "sigma without folder", text: "sigma: {}", want: "sigma.folder: missing"},
	{name: "sigma outside", text: "sigma: { folder: ../rules }", want: `sigma.folder: "../rules": want a folder below`},
	{name: "sigma absolute", text: "sigma: { folder: /etc }", want: "want a folder below"},
	{name: "sigma here", text: "sigma: { folder: . }", want: "want a folder below"},
	{name: "sigma detour", text: "sigma: { folder: a/../../b }", want: "want a folder below", blind: true},
	{name: "irreversible name", text: "irreversible: [Delete]", want: "irreversible[0]: \"Delete\": want an action's ID"},
	{name: "irreversible wildcard", text: "irreversible: [\"*\"]", want: "want an action's ID"},
	{name: "irreversible twice", text: "irreversible: [a, a]", want: "a is listed twice"},
	{name: "age without unit", text: "limits: { max_event_age: 60 }", want: "want a duration such as 1h or 90m, found the number"},
	{name: "age in days", text: "limits: { max_event_age: 2d }", want: `"2d": want a duration above zero`},
	{name: "age zero", text: "limits: { max_event_age: 0h }", want: "above zero", blind: true},
	{name: "age negative", text: "limits: { max_event_age: -1h }", want: "above zero"},
	{name: "limit negative", text: "limits: { total: -1 }", want: `"-1": want a plain whole number`},
	{name: "limit octal", text: "limits: { total: 010 }", want: `"010": want a plain whole number`, blind: true},
	{name: "limit fraction", text: "limits: { total: 1.5 }", want: "want a whole number, found the number"},
	{name: "limit large", text: "limits: { total: 10000000 }", want: "from 0 to 9999999"},
	{name: "limit text", text: "limits: { total: \"5\" }", want: "want a whole number, found text"},
	{name: "topic", text: "notify: { sns: { topic: alerts } }", want: `notify.sns.topic: "alerts" is no ARN of a standard topic`},
	{name: "topic fifo", text: "notify: { sns: { topic: \"arn:aws:sns:us-east-1:111122223333:a.fifo\" } }", want: "is no ARN of a standard topic"},
	{name: "topic queue", text: "notify: { sns: { topic: \"arn:aws:sqs:us-east-1:111122223333:a\" } }", want: "is no ARN of a standard topic"},
	{name: "sns empty", text: "notify: { sns: {} }", want: "notify.sns.topic: missing"},
	{name: "sns null", text: "notify: { sns: }", want: "notify.sns: no value"},
	{name: "secret", text: "notify: { slack: { webhook_secret: \"a b\" } }", want: "no name of a secret (not shown)"},
	{name: "secret of another service", text: "notify: { slack: { webhook_secret: \"arn:aws:ssm:us-east-1:111122223333:parameter/x\" } }", want: "no ARN of a secret"},
	{name: "account unit", text: `accounts: { "111122223333": { ou: /Workloads } }`, want: `accounts.111122223333.ou: "/Workloads" is no path of organizational units`},
	{name: "account unit too deep", text: `accounts: { "111122223333": { ou: a/b/c/d/e/f } }`, want: "at most five"},
	{name: "account unit blank", text: `accounts: { "111122223333": { ou: "Workloads/ Prod" } }`, want: "is no path of organizational units"},
	{name: "account units", text: `accounts: { "111122223333": { ous: [Workloads] } }`, want: `unknown key "ous": did you mean ou?`},
	{name: "account tag number", text: `accounts: { "111122223333": { tags: { cost: 42 } } }`, want: `tags["cost"]: want a tag's value, found the number "42"; put it in quotes`},
	{name: "account tag hidden", text: "accounts: { \"111122223333\": { tags: { a: \"\u202e\" } } }", want: "no tag's value", blind: true},
	{name: "account tag long key", text: `accounts: { "111122223333": { tags: { ` + strings.Repeat("k", 129) + `: v } } }`, want: "is no tag's key"},
	{name: "account tags list", text: `accounts: { "111122223333": { tags: [a] } }`, want: "tags: want keys with values, found a list"},
	{name: "slack empty", text: "notify: { slack: {} }", want: "f:1:18: notify.slack: missing: write webhook_secret, or app_secret and channel"},
	{name: "slack twice", text: "notify: { slack: { webhook_secret: a, app_secret: b, channel: C0123456789 } }", want: "both webhook_secret and app_secret"},
	{name: "slack webhook with a channel", text: "notify: { slack: { webhook_secret: a, channel: C0123456789 } }", want: "a webhook belongs to one channel already"},
	{name: "slack app without a channel", text: "notify: { slack: { app_secret: a } }", want: "an app without a channel"},
	{name: "slack channel without an app", text: "notify: { slack: { channel: C0123456789 } }", want: "notify.slack.channel: a channel without an app"},
	{name: "slack channel's name", text: `notify: { slack: { app_secret: a, channel: "#alerts" } }`, want: `"#alerts" is no channel's ID`},
	{name: "slack token", text: "notify: { slack: { app_secret: a, bot_token: b, channel: C0123456789 } }", want: "name that secret in app_secret"},
	{name: "receiver's channel without an app", text: "notify: { receivers: { ops: { slack: { channel: C0123456789 } } }, routes: [{ to: [ops] }] }", want: "notify.receivers.ops.slack.channel: a channel without an app: write app_secret beside it or under notify.slack", blind: true},
	{name: "security hub text", text: "notify: { security_hub: eu-west-1 }", want: "notify.security_hub: want true or false, found text"},
	{name: "pagerduty empty", text: "notify: { pagerduty: {} }", want: "notify.pagerduty.key_secret: missing"},
	{name: "pagerduty key", text: "notify: { pagerduty: { routing_key: x } }", want: "name that secret in key_secret"},
	{name: "receiver named default", text: "notify: { receivers: { default: { security_hub: true } } }", want: "f:1:24: notify.receivers: default is the name of what stands directly under notify"},
	{name: "receiver's name", text: "notify: { receivers: { Ops_Team: { security_hub: true } } }", want: `"Ops_Team": want a name of at most 40 small letters`},
	{name: "receiver's long name", text: "notify: { receivers: { " + strings.Repeat("a", 41) + ": { security_hub: true } } }", want: "want a name of at most 40"},
	{name: "receiver without a way", text: "notify: { receivers: { ops: {} } }", want: "notify.receivers.ops: no way to tell anybody"},
	{name: "receiver without a true way", text: "notify: { receivers: { ops: { security_hub: false } } }", want: "notify.receivers.ops: no way to tell anybody", blind: true},
	{name: "receiver null", text: "notify: { receivers: { ops: } }", want: "notify.receivers.ops: want keys with values, found nothing"},
	{name: "receivers list", text: "notify: { receivers: [ops] }", want: "notify.receivers: want keys with values, found a list"},
	{name: "receiver with routes", text: "notify: { receivers: { ops: { security_hub: true, routes: [] } } }", want: `unknown key "routes"`},
	{name: "receivers, too many", text: "notify: { receivers: { " + strings.Repeat("a: { security_hub: true }, ", 101) + "} }", want: "notify.receivers: has 101 entries: at most 100 are possible", blind: true},
	{name: "routes mapping", text: "notify: { routes: { to: [default] } }", want: "notify.routes: want a list, found keys with values"},
	{name: "route without receivers", text: "notify: { routes: [{ severity: high }] }", want: "notify.routes[0].to: missing: write the names of receivers, such as [default]"},
	{name: "route to nobody", text: "notify: { routes: [{ to: [] }] }", want: "notify.routes[0].to: an empty list"},
	{name: "route to a text", text: "notify: { routes: [{ to: default }] }", want: "notify.routes[0].to: want a list, found text"},
	{name: "route to a stranger", text: "notify: { receivers: { on-call: { security_hub: true } }, routes: [{ to: [default, oncall] }] }", want: `f:1:84: notify.routes[0].to[1]: no receiver "oncall" under notify.receivers: did you mean on-call?`, blind: true},
	{name: "route twice to one", text: "notify: { routes: [{ to: [default, default] }] }", want: "notify.routes[0].to[1]: default is listed twice"},
	{name: "route to too many", text: "notify: { routes: [{ to: [" + strings.Repeat("default, ", 21) + "] }] }", want: "notify.routes[0].to: has 21 entries"},
	{name: "routes, too many", text: "notify: { routes: [" + strings.Repeat("{ to: [default], continue: true }, ", 201) + "] }", want: "notify.routes: has 201 entries"},
	{name: "route's severity", text: "notify: { routes: [{ severity: hgih, to: [default] }] }", want: `no severity "hgih": did you mean high?; write info, low, medium, high or critical`},
	{name: "route's severity in capitals", text: "notify: { routes: [{ severity: HIGH, to: [default] }] }", want: `no severity "HIGH": did you mean high?`},
	{name: "route's severity unset", text: "notify: { routes: [{ severity: inherit, to: [default] }] }", want: `no severity "inherit"`},
	{name: "route's rule", text: "notify: { routes: [{ rules: [IAM-2], to: [default] }] }", want: `notify.routes[0].rules[0]: "IAM-2": want a rule's ID or class`},
	{name: "route's rule wildcard", text: `notify: { routes: [{ rules: ["*"], to: [default] }] }`, want: `"*": want a rule's ID or class`},
	{name: "route's rules empty", text: "notify: { routes: [{ rules: [], to: [default] }] }", want: "notify.routes[0].rules: an empty list"},
	{name: "route's rules null", text: "notify: { routes: [{ rules: , to: [default] }] }", want: "notify.routes[0].rules: no value"},
	{name: "route's rules, too many", text: "notify: { routes: [{ rules: [" + strings.Repeat("a, ", 201) + "], to: [default] }] }", want: "rules: has 201 entries"},
	{name: "route's account number", text: "notify: { routes: [{ accounts: [111122223333], to: [default] }] }", want: `put the account ID in quotes, "111122223333"`},
	{name: "route's account twice", text: `notify: { routes: [{ accounts: ["111122223333", "111122223333"], to: [default] }] }`, want: "111122223333 is listed twice"},
	{name: "route's unit", text: "notify: { routes: [{ ous: [Workloads/], to: [default] }] }", want: "is no path of organizational units"},
	{name: "route's tags empty", text: "notify: { routes: [{ tags: {}, to: [default] }] }", want: "notify.routes[0].tags: names no tag"},
	{name: "route's production", text: "notify: { routes: [{ production: yes, to: [default] }] }", want: "production: want true or false"},
	{name: "route's region", text: "notify: { routes: [{ region: eu-west-1, to: [default] }] }", want: `notify.routes[0]: unknown key "region"`},
	{name: "silence without an end", text: silence("until"), want: "notify.silences[0].until: missing: every silence ends"},
	{name: "silence without an owner", text: silence("owner"), want: "notify.silences[0].owner: missing"},
	{name: "silence without a reason", text: silence("reason"), want: "notify.silences[0].reason: missing"},
	{name: "silence for everything", text: silence("rules"), want: "notify.silences[0]: would mute everything"},
	{name: "silence for a severity", text: silence("rules", "severity: critical"), want: "notify.silences[0]: would mute everything"},
	{name: "silence to somebody", text: silence("none", "to: [default]"), want: `unknown key "to"`},
	{name: "silence until never", text: silence("until", "until: never"), want: `"never" is no date`},
	{name: "quiet without an end", text: "notify: { quiet: { from: \"22:00\", zone: UTC } }", want: "notify.quiet.to: missing"},
	{name: "quiet without a zone", text: "notify: { quiet: { from: \"22:00\", to: \"06:00\" } }", want: "notify.quiet.zone: missing: write a time zone such as Europe/Berlin"},
	{name: "quiet hour", text: "notify: { quiet: { from: \"22\", to: \"06:00\", zone: UTC } }", want: `notify.quiet.from: "22" is no time of day`},
	{name: "quiet hour number", text: "notify: { quiet: { from: 22, to: \"06:00\", zone: UTC } }", want: `want a time of day such as "22:00", found the number "22"; put it in quotes`},
	{name: "quiet hour short", text: "notify: { quiet: { from: \"22:00\", to: \"6:00\", zone: UTC } }", want: `"6:00" is no time of day`},
	{name: "quiet hour midnight", text: "notify: { quiet: { from: \"22:00\", to: \"24:00\", zone: UTC } }", want: `"24:00" is no time of day: want hours and minutes from "00:00" to "23:59"`},
	{name: "quiet always", text: "notify: { quiet: { from: \"22:00\", to: \"22:00\", zone: UTC } }", want: "from and to are the same", blind: true},
	{name: "quiet below nothing", text: "notify: { quiet: { from: \"22:00\", to: \"06:00\", zone: UTC, below: info } }", want: `no severity "info"; write low, medium, high or critical`},
	{name: "zone misspelt", text: "notify: { digest: { at: \"09:00\", zone: Europe/Berln } }", want: `no time zone "Europe/Berln": did you mean Europe/Berlin?`, blind: true},
	{name: "zone in small letters", text: "notify: { digest: { at: \"09:00\", zone: europe/berlin } }", want: `no time zone "europe/berlin": did you mean Europe/Berlin?`},
	{name: "zone of the machine", text: "notify: { digest: { at: \"09:00\", zone: Local } }", want: `no time zone "Local"`},
	{name: "zone outside", text: "notify: { digest: { at: \"09:00\", zone: ../../etc/passwd } }", want: "no time zone"},
	{name: "zone of the summer", text: "notify: { digest: { at: \"09:00\", zone: CEST } }", want: `no time zone "CEST"`, blind: true},
	{name: "zone empty", text: "notify: { digest: { at: \"09:00\", zone: \"\" } }", want: `no time zone ""`},
	{name: "digest without a time", text: "notify: { digest: { zone: UTC } }", want: "notify.digest.at: missing"},
	{name: "digest null", text: "notify: { digest: }", want: "notify.digest: no value"},
	{name: "approver without an ID", text: "answers: { approvers: [{ name: ann }] }", want: "answers.approvers[0].slack: missing: write the person's member ID"},
	{name: "approver without a name", text: "answers: { approvers: [{ slack: U012AB3CD }] }", want: "answers.approvers[0].name: missing"},
	{name: "approver by name", text: `answers: { approvers: [{ slack: "@ann", name: ann }] }`, want: `"@ann" is no member's ID in Slack`},
	{name: "approver twice", text: "answers:\n  approvers:\n  - { slack: U012AB3CD, name: ann }\n  - { slack: U012AB3CD, name: bob }", want: `f:4:5: answers.approvers[1]: the same person as on line 3: "ann" and "bob"`, blind: true},
	{name: "approver with two IDs", text: "answers:\n  approvers:\n  - { slack: U012AB3CD, name: ann }\n  - { slack: U012AB3CE, name: Ann }", want: "the same person as on line 3", blind: true},
	{name: "approver nowhere", text: "answers: { approvers: [{ slack: U012AB3CD, name: ann, accounts: [] }] }", want: "accounts: an empty list"},
	{name: "two people, one approver", text: `answers: { approvers: [{ slack: U012AB3CD, name: ann }], two_people: ["111122223333"] }`, want: "f:1:71: answers.two_people[0]: two people have to answer in 111122223333, and of the approvers 1 may", blind: true},
	{name: "two people, one of them elsewhere", text: `answers: { approvers: [{ slack: U012AB3CD, name: ann }, { slack: U012AB3CE, name: bob, accounts: ["444455556666"] }], two_people: ["111122223333"] }`, want: "of the approvers 1 may", blind: true},
	{name: "two people, nobody", text: `answers: { two_people: ["111122223333"] }`, want: "of the approvers 0 may", blind: true},
	{name: "second document", text: "stance: guard\n---\nstance: observe\n", want: "f:2:1: a second document", blind: true},
	{name: "alias", text: "stance: &s guard\naccounts: { \"111122223333\": { stance: *s } }", want: "f:2:39: aliases are not used here", blind: true},
	{name: "anchor", text: "stance: &s guard", want: "f:1:9: anchors are not used here", blind: true},
	{name: "merge key", text: "rules: { <<: {} }", want: "f:1:10: merge keys are not used here", blind: true},
	{name: "tag", text: "stance: !!str guard", want: "f:1:9: tags are not used here", blind: true},
	{name: "own tag", text: "rules: !include other.yaml", want: "f:1:8: tags are not used here", blind: true},
	{name: "unquoted star", text: "rules:\n  IAM-002: { mode: act }\nexceptions:\n  - rule: *\n", want: `f:4:1: no valid YAML: a value that begins with * or & has to stand in quotes`, blind: true},
	{name: "unknown alias", text: "exceptions:\n  - rule: *all\n", want: "aliases are not used here", blind: true},
	{name: "tab", text: "rules:\n\tIAM-002: {}", want: "indent with spaces, not tabs", blind: true},
	{name: "unclosed", text: "rules: { a: {", want: "f:1:1: no valid YAML", blind: true},
	{name: "key of another kind", text: "? [a]\n: b", want: "f:1:3: a key has to be text, found a list", blind: true},
	{name: "control character", text: "stance: guard\nrules:\n  a\x01: {}", want: "f:3:4: a byte that is no readable text", blind: true},
	{name: "latin-1", text: "stance: gu\xe4rd", want: "f:1:11: a byte that is no readable text", blind: true},
	{name: "utf-16", text: "\xff\xfes\x00", want: "write the file in UTF-8", blind: true},
	{name: "too large", text: strings.Repeat("#", MaxSize+1), want: "more than 1048576 bytes", blind: true},
}

// exception writes a good exception without one of its keys, and with another instead.
func exception(without string, instead ...string) string {
	var b strings.Builder
	b.WriteString("exceptions:\n")
	lead := "  - "
	for _, kv := range append([]string{
		"rule: IAM-002", `account: "111122223333"`, "owner: ann@example.com", "reason: because", "expires: 2027-01-31",
	}, instead...) {
		if strings.HasPrefix(kv, without+":") && !slices.Contains(instead, kv) {
			continue
		}
		b.WriteString(lead + kv + "\n")
		lead = "    "
	}
	return b.String()
}

// silence writes a good silence without one of its keys, and with another instead.
func silence(without string, instead ...string) string {
	keys := append([]string{"rules: [IAM-002]", "until: 2027-01-31", "owner: ann@example.com", "reason: because"}, instead...)
	keys = slices.DeleteFunc(keys, func(kv string) bool { return strings.HasPrefix(kv, without+":") && !slices.Contains(instead, kv) })
	return "notify: { silences: [{ " + strings.Join(keys, ", ") + " }] }"
}

func TestBad(t *testing.T) {
	for _, c := range bad {
		t.Run(c.name, func(t *testing.T) {
			cfg, err := Parse("f", []byte(c.text))
			if err == nil {
				t.Fatalf("accepted: %+v", cfg)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestGoodNeighbours holds that the table's base is fine, so that each entry is refused for its own fault, and that the
// schema accepts what Parse does.
func TestGoodNeighbours(t *testing.T) {
	s := compileSchema(t)
	for _, text := range good {
		if _, err := Parse("f", []byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		doc, err := readYAML([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if err := s.Validate(doc); err != nil {
			t.Errorf("%s: the schema refuses it: %v", text, err)
		}
	}
}

// good are configurations that Parse and the schema accept.
var good = []string{
	exception("none"),
	exception("account", "principal: arn:aws:iam::111122223333:role/**"),
	exception("account", "principal: arn:aws:iam::*:role/ci-*"),
	exception("account", "principal: arn:aws:sts::111122223333:assumed-role/ci-*/*"),
	exception("account", "principal: arn:aws-us-gov:iam::111122223333:root"),
	exception("account", "resource: Policy/arn:aws:iam::111122223333:policy/team/*"),
	exception("account", "resource: SecurityGroup/sg-0?23"),
	`break_glass: ["arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/**/AWSReservedSSO_BreakGlass_*"]`,
	"notify: { slack: { webhook_secret: services/riposte/slack } }",
	"notify: { slack: { webhook_secret: arn:aws:secretsmanager:us-east-1:111122223333:secret:riposte/slack-AbCdEf } }",
	"limits: { max_event_age: 24h, total: 9999999 }",
	"rules: { access-key-created: { mode: off } }",
	silence("none"),
	silence("rules", "severity: critical", "accounts: [\"111122223333\"]"),
	silence("rules", "production: false"),
	silence("rules", "tags: { env: \"\" }"),
	`accounts: { "111122223333": { ou: Workloads/Prod & Test/a/b/c, tags: { "cost:center": "42", empty: "" } } }`,
	"notify: { slack: { app_secret: riposte/app, channel: C0123456789 }, receivers: { ops: { slack: { channel: G0123456789 } } } }",
	"notify: { receivers: { ops: { slack: { app_secret: other, channel: C0123456789 } } }, routes: [{ to: [ops], continue: true }] }",
	"notify: { receivers: { ops: { slack: { webhook_secret: a } } } }",
	"notify: { pagerduty: { key_secret: arn:aws:secretsmanager:us-east-1:111122223333:secret:riposte/pd-AbCdEf }, security_hub: false }",
	"notify: { receivers: , routes: , silences: }",
	"notify: { quiet: { from: 22:00, to: 06:00, zone: Asia/Kolkata, below: critical } }",
	"notify: { digest: { at: \"00:00\", zone: Etc/GMT+3 } }",
	"notify: { routes: [{ severity: info, rules: [access-key-created, IAM-002], ous: [Workloads], to: [default] }] }",
	`answers: { approvers: [{ slack: U012AB3CD, name: ann }, { slack: W012AB3CD, name: bob, accounts: ["111122223333"] }], two_people: ["111122223333"] }`,
	"answers: { approvers: [], two_people: [] }",
}

// TestNoTokenInErrors holds that a token or key is in no error, wherever it was written by mistake.
func TestNoTokenInErrors(t *testing.T) {
	for _, token := range []string{
		"xoxb-012345678901-0123456789012-AbCdEfGhIjKlMnOpQrStUvWx", "xapp-1-A0123456789-0123456789012-0123456789abcdef",
		"xoxe.xoxp-1-AbCdEfGh", "8f742231b10e8888abcd99yyyzzz85a5", "R0123456789ABCDEFGHIJKLMNOPQRSTU",
	} {
		for _, text := range []string{
			"notify: { slack: { app_secret: \"TOKEN\", channel: C0123456789 } }",
			"notify: { slack: { webhook_secret: \"TOKEN\" } }",
			"notify: { slack: { app_secret: [\"TOKEN\"] } }",
			"notify: { slack: { \"TOKEN\": x } }",
			"notify: { slack: { app_secret: a, channel: \"TOKEN\" } }",
			"notify: { slack: { app_secret: a, bot_token: \"TOKEN\" } }",
			"notify: { pagerduty: { key_secret: \"TOKEN\" } }",
			"notify: { pagerduty: { key: \"TOKEN\" } }",
			"notify: { pagerduty: \"TOKEN\" }",
			"notify: { security_hub: \"TOKEN\" }",
			"notify: { receivers: { a: { pagerduty: { key_secret: \"TOKEN\" } } } }",
			"notify: { routes: [{ to: [\"TOKEN\"] }] }",
			"notify: { routes: [{ severity: \"TOKEN\", to: [default] }] }",
			"notify: { routes: [{ accounts: [\"TOKEN\"], to: [default] }] }",
			"notify: { routes: [{ tags: { \"TOKEN\": [x] }, to: [default] }] }",
			"notify: { quiet: { from: \"TOKEN\", to: \"TOKEN\", zone: \"TOKEN\" } }",
			"answers: { approvers: [{ slack: \"TOKEN\", name: \"TOKEN\" }] }",
			"answers: { approvers: [{ slack: U012AB3CD, name: \"TOKEN\" }, { slack: U012AB3CD, name: x }] }",
			"stance: \"TOKEN\"",
		} {
			_, err := Parse("f", []byte(strings.ReplaceAll(text, "TOKEN", token)))
			if err == nil {
				t.Errorf("%s accepted %s", text, token)
			} else if strings.Contains(err.Error(), token[8:]) {
				t.Errorf("%s: the error shows the token: %v", text, err)
			}
		}
	}
}

// TestNoWebhookURLInErrors holds that a webhook's URL is in no error, wherever it was written by mistake.
func TestNoWebhookURLInErrors(t *testing.T) {
	const token = "abcdefghijklmnopqrstuvwx"
	for _, url := range []string{
		"https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/" + token,
		"hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/" + token,
		"services/T0AAAAAAA/B0BBBBBBB/" + token,
		"T0AAAAAAA/B0BBBBBBB/" + token,
	} {
		for _, text := range []string{
			"notify: { slack: { webhook_secret: \"URL\" } }",
			"notify: { slack: { webhook_secret: [\"URL\"] } }",
			"notify: { slack: { webhook: \"URL\" } }",
			"notify: { slack: { webhook_url: \"URL\" } }",
			"notify: { slack: { \"URL\": x } }",
			"notify: { slack: { \"URL\": } }",
			"notify: { slack: \"URL\" }",
			"notify: { sns: { topic: \"URL\" } }",
			"notify: \"URL\"",
			"stance: \"URL\"",
			"rules: { \"URL\": { mode: act } }",
			"rules: { IAM-002: { mode: \"URL\" } }",
			"accounts: { \"URL\": {} }",
			"\"URL\": 1\n\"URL\": 2",
			"break_glass: [\"URL\"]",
			"break_glass: [\"arn:aws:iam:URL:111122223333:user/x\"]",
			"irreversible: [\"URL\"]",
			"limits: { max_event_age: \"URL\" }",
			exception("expires", "expires: URL"),
			exception("account", "resource: URL x"),
			"notify: { slack: { webhook_secret: *URL } }",
			"notify: { slack: { webhook_secret: !URL x } }",
			"notify: { slack: { webhook_secret: &URL x } }",
		} {
			_, err := Parse("f", []byte(strings.ReplaceAll(text, "URL", url)))
			if err == nil {
				t.Errorf("%s accepted %s", text, url)
			} else if strings.Contains(err.Error(), token) {
				t.Errorf("%s: the error shows the URL: %v", text, err)
			}
		}
	}
}
