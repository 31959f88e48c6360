package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A call is explained by a touch of its resource that came shortly before it: the mark is made just before the call, and
// the SDK may try for minutes. Clocks may differ by a little.
const (
	callAfterTouch = 15 * time.Minute
	clockSkew      = time.Minute
)

// explained returns the incident whose journal explains a call: one that Riposte's own role, or the person who ran an
// undo, made on a resource that the incident touched, and that did what the incident's action does or undoes, whichever
// rule it is that sees the call. Anything else that the same principal does to the resource is judged like everybody's.
func (d *Detector) explained(ctx context.Context, f detect.Finding) (string, error) {
	if f.Event.Time.IsZero() {
		return "", nil
	}
	touches, err := d.Store.Touches(ctx, ledger.ResourceKey(f.Event.Account, f.Resource.String()),
		f.Event.Time.Add(-callAfterTouch), f.Event.Time.Add(clockSkew))
	if err != nil {
		return "", fmt.Errorf("look into the journal for %s: %w", f.Resource, err)
	}
	var seen []string
	for _, touch := range touches {
		if slices.Contains(seen, touch.Incident) {
			continue
		}
		seen = append(seen, touch.Incident)
		in, known, err := found(d.Store.Get(ctx, touch.Incident))
		if err != nil {
			return "", fmt.Errorf("look into the journal for %s: %w", f.Resource, err)
		}
		if known && in.ID != f.Incident() && d.callerOf(in, f.Actor) && d.made(in, f.Event) && explains(in, f) {
			return in.ID, nil
		}
	}
	return "", nil
}

// callerOf reports whether the actor is one under which the incident's changes were made or undone.
func (d *Detector) callerOf(in ledger.Incident, a detect.Actor) bool {
	if d.Policy.Own(a) {
		return true
	}
	return slices.ContainsFunc(in.Notes, func(n ledger.Note) bool {
		return n.Principal != "" && (n.Principal == a.ARN || n.Principal == a.Role)
	})
}

// made reports whether an incident's action makes a call, or one that was taken when it did not hold.
func (d *Detector) made(in ledger.Incident, e detect.EventRef) bool {
	return d.makes(in.Action, e) || slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return d.makes(c.Action, e) })
}

// makes reports whether an action, or its undo, makes a call: the permissions that it needs to change an account say so.
func (d *Detector) makes(action string, e detect.EventRef) bool {
	a, ok := d.action(action)
	if !ok {
		return false
	}
	service, _, _ := strings.Cut(e.Source, ".")
	if service == "monitoring" { // what CloudTrail calls the service whose permissions begin with cloudwatch
		service = "cloudwatch"
	}
	call := service + ":" + e.Name
	return slices.ContainsFunc(a.Grants, func(g actions.Grant) bool {
		if !g.Writes || len(g.Events) == 0 {
			return g.Writes && slices.Contains(g.Actions, call)
		}
		// A service may record its calls under another source than its permissions have: s3-control is S3 too.
		permissions, _, _ := strings.Cut(g.Actions[0], ":")
		return strings.HasPrefix(service, permissions) && slices.Contains(g.Events, e.Name)
	})
}

func (d *Detector) action(id string) (actions.Action, bool) {
	if d.Actions != nil {
		return d.Actions(id)
	}
	return actions.ByID(id)
}

// explains reports whether what a finding says of a call fits what the incident changed. A rule that sees the call may
// name less than the rule that opened the incident, but nothing else.
func explains(in ledger.Incident, f detect.Finding) bool {
	was := in.Finding
	for _, name := range []string{
		detect.ParamPolicyARN, detect.ParamPolicyName, detect.ParamFilterName, detect.ParamIPSetID, detect.ParamEventBus,
		detect.ParamStatementID, detect.ParamQualifier, detect.ParamGroupName, detect.ParamTargetID, detect.ParamInstanceARN,
		detect.ParamPrincipalType, detect.ParamPrincipalID,
	} {
		if now := f.Params[name]; now != "" && now != was.Params[name] && !targets(in, name, now) {
			return false
		}
	}
	return (documentOf(in, f) || statementsOf(in, f)) && withinGrantees(was, f) && versionOf(in, f) && withinRules(was, f) &&
		withinSettings(in, f) && withinAlarms(was, f) && boundaryOf(in, f) && withinNetwork(in, f)
}

// targets reports whether a change of the incident names a part of a resource, which its own event need not have named: a
// quarantine is a policy that was not there before.
func targets(in ledger.Incident, param, value string) bool {
	return slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return c.Target.Params[param] == value })
}

// versionOf reports whether the policy version that became the default is one that a change of the incident names.
func versionOf(in ledger.Incident, f detect.Finding) bool {
	version := f.Params[detect.ParamVersionID]
	return version == "" || textOf(in, version)
}

// boundaryOf reports whether the permissions boundary that was put is the event's, or one that a change of the incident names.
func boundaryOf(in ledger.Incident, f detect.Finding) bool {
	boundary := f.Params[detect.ParamBoundary]
	return boundary == "" || boundary == in.Finding.Params[detect.ParamBoundary] || textOf(in, boundary)
}

// textOf reports whether a change of the incident found or wanted a state that is a text.
func textOf(in ledger.Incident, text string) bool {
	return slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
		var before, after string
		_ = json.Unmarshal(c.Before, &before) // a state that is no text names nothing
		_ = json.Unmarshal(c.After, &after)
		return text == before || text == after
	})
}

// withinRules reports whether every security group rule of the finding is one of the incident's, whatever its id: AWS
// gives a rule that is put back a new one.
func withinRules(was, f detect.Finding) bool {
	if f.Params[detect.ParamRules] == "" {
		return true
	}
	var old, now []detect.SecurityGroupRule
	if json.Unmarshal([]byte(was.Params[detect.ParamRules]), &old) != nil ||
		json.Unmarshal([]byte(f.Params[detect.ParamRules]), &now) != nil {
		return false
	}
	for i := range old {
		old[i].ID = ""
	}
	for _, rule := range now {
		rule.ID = ""
		if !slices.Contains(old, rule) {
			return false
		}
	}
	return true
}
