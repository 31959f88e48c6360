package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A role is one of Riposte's roles, as the infrastructure's tests write it down from the template of the largest deployment.
// What the actions need is not in it: that follows from their own data.
type role struct {
	Where      string // it is
	Role       string // its name
	Statements []statement
}

// A statement is one statement of a role's own policy.
type statement struct {
	Sid        string
	Deny       bool
	Actions    []string
	Except     []string
	Resources  []string
	Conditions map[string]map[string][]string
	Why        string // why a resource stands for more than one
}

// readRoles reads the file that "go test ./infra/stack -update" writes.
func readRoles(path string) ([]role, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var roles []role
	if err := json.Unmarshal(data, &roles); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return roles, nil
}

// A purpose says what a statement is for, and in which deployments it is there.
type purpose struct{ what, where string }

// purposes are those of the statements of the roles' own policies, by their Sid.
func purposes() map[string]purpose {
	const (
		always  = "always"
		withApp = "where riposte.yaml names a Slack app"
		withHub = "where riposte.yaml tells Security Hub"
	)
	return map[string]purpose{
		"LedgerIncidents":  {"incidents and their journal", always},
		"LedgerSwitch":     {"to see whether the kill switch is on; nobody but people can move it", always},
		"LedgerTouches":    {"the marks by which Riposte's own calls are known", always},
		"LedgerCounts":     {"the counts that hold how much is acted on in an hour", always},
		"LedgerExceptions": {"the exceptions that people made at run time", "always for detect; for remediate where riposte.yaml names a Slack app"},
		"LedgerSeries":     {"what is counted before it is an incident, and who made again what was reversed", always},
		"LedgerThreads":    {"which incidents are one chain", always},
		"LedgerBaselines":  {"the last good states", always},
		"LedgerBeats":      {"when each account and region was last heard of", "with the heartbeat"},
		"LedgerDeliveries": {"which messages were told, so that each is told once", always},
		"LedgerWork":       {"claims, so that nobody else works on the same resource meanwhile", always},
		"KeyForLedger":     {"the ledger is encrypted with Riposte's key, which DynamoDB uses for the caller", always},
		"SendJobs":         {"jobs for the remediator", always},
		"TakeJobs":         {"jobs, which Lambda takes with this role", always},
		"TellBus":          {"incidents as they reach a state that people are told about", always},
		"KeepFailures":     {"what the function failed on too often, which Lambda keeps with this role", always},
		"KeyForQueues":     {"the queues are encrypted with Riposte's key, which SQS uses for the caller", always},
		"KeyForTopic":      {"the topic is encrypted with Riposte's key, which SNS uses for the caller", "with a topic of Riposte's own"},
		"FindContainments": {"to find the containments about which nobody has decided", "where riposte.yaml says what becomes of them"},
		"EnterMembers":     {"to take on the responders of the members", "in an organisation"},
		"Publish":          {"messages to people", always},
		"KeyOfTopic":       {"the topics' keys, which SNS uses for the caller", "where riposte.yaml names topics"},
		"ReadSecrets":      {"what lets Riposte in at Slack and PagerDuty", "where riposte.yaml names secrets"},
		"KeyOfSecrets":     {"the secrets' keys, which Secrets Manager uses for the caller", "where riposte.yaml names secrets"},
		"LedgerHeld":       {"what is held back to be told together, later or again", always},
		"LedgerTold":       {"what of a burst is told singly, should it have to be told again", always},
		"LedgerMessages":   {"how many messages are alike", always},
		"LedgerCards":      {"where an incident's message was posted, so that it is updated in place", withApp},
		"LedgerAnswers":    {"the requests that were taken, so that none is taken twice", withApp},
		"LedgerAnswered":   {"the answers that were carried out, so that none is carried out twice", withApp},
		"LedgerApprovals":  {"the first of two approvals", withApp},
		"ImportFindings":   {"findings for Security Hub, in the own account and region", withHub},
		"UpdateFindings":   {"to see whether a finding may be closed, and to close it", withHub},
		"Tick":             {"to start the look for what was held back", always},
		"Trace":            {"traces for X-Ray", "where tracing is on"},
		"Logs":             {"the function's log", always},
		"Beat":             {"the heartbeat: a tag on a rule of Riposte's own, every quarter of an hour", "with the heartbeat"},
		"Look":             {"to start the look whether all regions beat", "with the heartbeat"},
		"Forward":          {"events for the home region's bus, in one hop", always},

		"NeverRiposteItself": {"Riposte never changes itself, beyond the calls that the role is made of", always},
		"NeverTheWayBackIn":  {"nothing that the operator or AWS need to get back in: break-glass principals, and the roles of AWS's services, Control Tower, the organisation and the CDK", always},
		"NeverAQuarantine":   {"no policy that AWS or people have put on somebody to stop them", always},
	}
}

// plumbing returns a row for each allowing statement of the roles' own policies.
func plumbing(roles []role) ([][]string, error) {
	says := purposes()
	var rows [][]string
	for _, r := range roles {
		for _, s := range r.Statements {
			p, ok := says[s.Sid]
			if !ok {
				return nil, fmt.Errorf("nobody says what the statement %s of %s is for: write it into internal/docgen/plumbing.go", s.Sid, r.Role)
			}
			if s.Deny {
				continue
			}
			rows = append(rows, []string{
				code(r.Role) + " (" + r.Where + ")", codes(s.Actions), codes(s.Resources) + conditioned(s.Conditions),
				escape(p.what), escape(p.where), escape(s.Why),
			})
		}
	}
	return rows, nil
}

// denials returns a row for each denying statement.
func denials(roles []role) [][]string {
	says := purposes()
	var rows [][]string
	for _, r := range roles {
		for _, s := range r.Statements {
			if !s.Deny {
				continue
			}
			what := codes(s.Actions)
			if len(s.Except) > 0 {
				what = "everything but " + codes(s.Except)
			}
			rows = append(rows, []string{code(r.Role), what, codes(s.Resources) + conditioned(s.Conditions), escape(says[s.Sid].what)})
		}
	}
	return rows
}

// conditioned says under which conditions something holds.
func conditioned(conditions map[string]map[string][]string) string {
	var parts []string
	for _, keys := range conditions {
		for key, values := range keys {
			if slices.Equal(values, []string{"false"}) {
				continue // the key is there at all: the other condition on it says what it is
			}
			parts = append(parts, code(key)+" is "+codes(values))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	slices.Sort(parts)
	return ", if " + strings.Join(parts, " and ")
}
