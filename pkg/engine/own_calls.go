package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
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
// Of a call by Riposte's own role the incident has to know all that it names, too, and the journal has to explain it to
// every rule that sees it: one that explains only a part of it explains nothing.
func (d *Detector) explained(ctx context.Context, f detect.Finding, ev *cloudtrail.Event) (string, error) {
	if f.Event.Time.IsZero() {
		return "", nil
	}
	named, whole, err := d.explainedParts(ctx, f, ev)
	if err != nil || !whole {
		return "", err
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
		if known && in.ID != f.Incident() && d.explainedBy(in, f, ev, named) {
			return in.ID, nil
		}
	}
	return "", nil
}

// explainedBy reports whether an incident that touched the resource of a finding explains the call. named are the resources
// that the call is known to be about.
func (d *Detector) explainedBy(in ledger.Incident, f detect.Finding, ev *cloudtrail.Event, named []string) bool {
	if !d.callerOf(in, f) || !d.made(in, f.Event) || !explains(in, f) {
		return false
	}
	if !d.Policy.Own(f.Actor) && !inSession(in, f.Actor) {
		return true // a person, whose other calls are judged like everybody's
	}
	return knowsCall(in, ev, slices.Concat(named, d.conditions(in.Action, f.Event.Partition)))
}

// explainedParts returns the resources that an event is about, and reports whether the journal explains each finding of it:
// where the finding is about one of them, that is for itself to say.
func (d *Detector) explainedParts(ctx context.Context, f detect.Finding, ev *cloudtrail.Event) (named []string, all bool, err error) {
	named = []string{f.Resource.ID}
	if f.Resource.Type != detect.OwnCalls {
		return named, true, nil
	}
	for _, part := range d.Index.Match(ev) {
		if part.Resource.Type == detect.OwnCalls || part.Rate != nil {
			continue
		}
		if by, err := d.explained(ctx, part, ev); err != nil || by == "" {
			return nil, false, err
		}
		named = append(named, part.Resource.ID)
	}
	return named, true, nil
}

// ownCall reports whether the journal explains an event as a call of Riposte's own, which is then not counted with those of
// others.
func (d *Detector) ownCall(ctx context.Context, f detect.Finding, ev *cloudtrail.Event) (bool, error) {
	if !d.Policy.Own(f.Actor) {
		return false, nil
	}
	f.Resource, f.Params = detect.Resource{Type: detect.OwnCalls, ID: f.Event.Account}, nil
	by, err := d.explained(ctx, f, ev)
	return by != "", err
}

// callerOf reports whether the actor is one under which the incident's changes were made or undone. Riposte calls an account
// by a role of that account, where one of the same name in another is not ours, or in a session whose access key the
// journal names.
func (d *Detector) callerOf(in ledger.Incident, f detect.Finding) bool {
	a := f.Actor
	if d.Policy.Own(a) && strings.Contains(cmp.Or(a.Role, a.ARN), "::"+f.Event.Account+":") {
		return true
	}
	return slices.ContainsFunc(in.Notes, func(n ledger.Note) bool {
		return n.Principal != "" && (n.Principal == a.ARN || n.Principal == a.Role)
	}) || inSession(in, a)
}

// inSession reports whether the actor called in a session that the journal names by its access key.
func inSession(in ledger.Incident, a detect.Actor) bool {
	return a.AccessKey != "" && slices.ContainsFunc(in.Notes, func(n ledger.Note) bool { return n.Principal == a.AccessKey })
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

// conditions returns the values to which the permissions of an action are bound, such as the one task of a root session.
func (d *Detector) conditions(action, partition string) []string {
	a, _ := d.action(action)
	var out []string
	for _, g := range a.Grants {
		for _, keys := range g.Conditions {
			for _, texts := range keys {
				for _, text := range texts {
					out = append(out, strings.ReplaceAll(text, "${Partition}", partition))
				}
			}
		}
	}
	return out
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
		detect.ParamPrincipalType, detect.ParamPrincipalID, detect.ParamProviderARN,
	} {
		if now := f.Params[name]; now != "" && now != was.Params[name] && !targets(in, name, now) {
			return false
		}
	}
	return (documentOf(in, f) || statementsOf(in, f)) && withinGrantees(was, f) && versionOf(in, f) && withinRules(in, f) &&
		withinSettings(in, f) && withinAlarms(was, f) && boundaryOf(in, f) && withinNetwork(in, f) && withinBucket(in, f)
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

// withinRules reports whether every security group rule of the finding is one of the incident's event, or one that a change
// of it found or wanted.
func withinRules(in ledger.Incident, f detect.Finding) bool {
	if f.Params[detect.ParamRules] == "" {
		return true
	}
	var known, now []detect.SecurityGroupRule
	_ = json.Unmarshal([]byte(in.Finding.Params[detect.ParamRules]), &known) // what is unreadable names nothing
	for _, c := range in.Changes {
		known = append(append(known, rulesIn(c.Before)...), rulesIn(c.After)...)
	}
	if json.Unmarshal([]byte(f.Params[detect.ParamRules]), &now) != nil {
		return false
	}
	for _, rule := range now {
		if !slices.ContainsFunc(known, func(k detect.SecurityGroupRule) bool { return sameRule(k, rule) }) {
			return false
		}
	}
	return true
}

// rulesIn returns the security group rules in a state: one, or a list.
func rulesIn(state json.RawMessage) []detect.SecurityGroupRule {
	var list []detect.SecurityGroupRule
	if json.Unmarshal(state, &list) == nil {
		return list
	}
	var one detect.SecurityGroupRule
	if json.Unmarshal(state, &one) != nil || one.Protocol == "" {
		return nil
	}
	return []detect.SecurityGroupRule{one}
}

// sameRule compares what two security group rules let in.
func sameRule(a, b detect.SecurityGroupRule) bool { return bare(a) == bare(b) }

// bare returns what a security group rule lets in: without its id, which is new each time a rule is put back, and without
// what people wrote about it.
func bare(r detect.SecurityGroupRule) detect.SecurityGroupRule {
	r.ID, r.Description = "", ""
	r.CIDRIPv4, r.CIDRIPv6 = masked(r.CIDRIPv4), masked(r.CIDRIPv6)
	return r
}
