package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// ChainWindow is how long after a finding another one by the same actor, or on the same principal, belongs to the same
// chain. Attackers who have a foothold need minutes for what they do next; a day of a deployment role is no chain.
const ChainWindow = time.Hour

// maxDepth bounds how far, and how often, the lead of a chain is looked for.
const maxDepth = 8

// shownSteps is how many steps of its chain a part carries, for the message about it.
const shownSteps = 10

// errMoved says that an incident leads no longer.
var errMoved = errors.New("it does not lead")

// errGrown says that others have joined an incident meanwhile.
var errGrown = errors.New("others have joined it")

// errUnchanged ends an edit that has nothing to write.
var errUnchanged = errors.New("nothing to write")

// join finds out whether an incident belongs to a chain, and then owes people the message about it. Every step may be
// repeated: the threads of the ledger give the same answer again, and a step stands in a timeline once. Others may join an
// incident before it is settled; it takes them along.
func (d *Detector) join(ctx context.Context, in ledger.Incident, first *ledger.Incident) (ledger.Incident, error) {
	for range maxDepth {
		lead, err := d.leadOf(ctx, in)
		if err != nil {
			return in, fmt.Errorf("find the chain of %s: %w", in.ID, err)
		}
		if lead == in.ID {
			return d.settle(ctx, in, nil, false)
		}
		steps := chainOf(in).Timeline
		leading, err := d.lengthen(ctx, lead, steps)
		switch {
		case errors.Is(err, errMoved):
			continue
		case err != nil:
			return in, fmt.Errorf("join %s to %s: %w", in.ID, lead, err)
		}
		if leading, err = d.tellRaised(ctx, leading); err != nil {
			return in, err // which joins again with the next delivery
		}
		covered, err := d.covered(ctx, first, in)
		if err != nil {
			return in, err
		}
		settled, err := d.settle(ctx, in, &leading, covered)
		if !errors.Is(err, errGrown) {
			return settled, err
		}
		in = settled
	}
	return in, fmt.Errorf("join %s: its chain changed %d times meanwhile: try again later", in.ID, maxDepth)
}

// settle writes down what an incident belongs to. An incident that others have joined becomes a part only of an older one,
// or of one that is settled and therefore stays what it is, so that incidents which join each other at the same moment
// never lead each other in a circle.
func (d *Detector) settle(ctx context.Context, in ledger.Incident, lead *ledger.Incident, covered bool) (ledger.Incident, error) {
	joined := chainOf(in)
	var now ledger.Incident
	stored, err := d.Store.Update(ctx, in.ID, func(i *ledger.Incident) error {
		now = *i
		if !i.Joining {
			return errUnchanged
		}
		i.Joining = false
		if lead == nil || leads(*i) && lead.Joining && !older(*lead, *i) {
			owe(i, notify.IncidentOpened)
			return nil
		}
		if slices.ContainsFunc(chainOf(*i).Timeline, func(s ledger.Step) bool { return !joined.Has(s.Incident) }) {
			return errGrown
		}
		recent := lead.Chain.Recent(shownSteps)
		i.PartOf, i.Chain, i.Severity = lead.ID, &recent, i.Finding.Severity
		if !covered && !told(*lead, *i) {
			owe(i, notify.IncidentOpened)
		}
		return nil
	})
	switch {
	case errors.Is(err, errUnchanged):
		return now, nil
	case errors.Is(err, errGrown):
		return now, err
	case err != nil:
		return in, fmt.Errorf("settle %s: %w", in.ID, err)
	}
	return stored, nil
}

// told reports whether the message about the lead of a chain, which is still to come, tells of an incident too: one of the
// same event that leads to nothing. Rules that see one event each from their own side would otherwise say it twice.
func told(lead, in ledger.Incident) bool {
	return in.Action == "" && owesOpened(lead) && lead.Finding.Event.ID == in.Finding.Event.ID && lead.Chain.Has(in.ID)
}

// covered makes the message about the first finding of an event, while it is still owed, tell of another one that leads to
// nothing, where both are parts of a chain that an earlier event began.
func (d *Detector) covered(ctx context.Context, first *ledger.Incident, in ledger.Incident) (bool, error) {
	if first == nil || first.PartOf == "" || in.Action != "" || first.Finding.Event.ID != in.Finding.Event.ID {
		return false, nil
	}
	stored, err := d.Store.Update(ctx, first.ID, func(i *ledger.Incident) error {
		if !owesOpened(*i) || i.Chain == nil || i.PartOf == "" {
			return errUnchanged
		}
		if i.Chain.Has(in.ID) {
			return nil
		}
		chain := i.Chain.With(ledger.StepOf(in)).Recent(shownSteps)
		if !chain.Has(in.ID) {
			return errUnchanged // it would not be shown
		}
		chain.Severity, chain.Why = max(chain.Severity, i.Chain.Severity), cmp.Or(i.Chain.Why, chain.Why)
		i.Chain = &chain
		renew(i)
		return nil
	})
	switch {
	case errors.Is(err, errUnchanged):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("let the message about %s tell of %s: %w", first.ID, in.ID, err)
	}
	*first = stored
	return true, nil
}

// leads reports whether others have joined an incident.
func leads(in ledger.Incident) bool {
	return in.PartOf == "" && in.Chain != nil && len(in.Chain.Timeline) > 1
}

// leadOf returns the incident that leads the chain to which another belongs: itself where it stands alone.
func (d *Detector) leadOf(ctx context.Context, in ledger.Incident) (string, error) {
	lead, at := in.ID, in.Finding.Event.Time
	if at.IsZero() {
		return lead, nil
	}
	for _, node := range nodesOf(in.Finding) {
		of, err := d.led(ctx, node, in.ID, func(key string) (string, error) {
			return d.Store.Thread(ctx, key, lead, at, ChainWindow)
		})
		if err != nil {
			return "", err
		}
		if lead == in.ID {
			lead = of
		}
	}
	return lead, nil
}

// led returns the incident that leads a principal's chain, as the threads say: own where that is the incident itself. What
// a person has put aside leads nothing any more; what comes after it has a thread of its own.
func (d *Detector) led(ctx context.Context, node, own string, thread func(key string) (string, error)) (string, error) {
	key := node
	for range maxDepth {
		name, err := thread(key)
		if err != nil {
			return "", err
		}
		if name == "" || name == own {
			return own, nil
		}
		lead, err := d.root(ctx, name, own)
		if err != nil || lead != "" {
			return lead, err
		}
		key = node + "/after/" + name
	}
	return own, nil
}

// root follows an incident to the one that leads it, if any; "" where nothing may join that any more.
func (d *Detector) root(ctx context.Context, name, own string) (string, error) {
	for range maxDepth {
		if name == own {
			return own, nil
		}
		in, known, err := found(d.Store.Get(ctx, name))
		switch {
		case err != nil:
			return "", err
		case !known, in.PartOf == "" && closed(in):
			return "", nil
		case in.PartOf == "":
			return name, nil
		}
		name = in.PartOf
	}
	return "", nil
}

// closed reports whether nothing may join an incident any more, because a person has put it aside.
func closed(in ledger.Incident) bool {
	return in.State == ledger.Dismissed || in.State == ledger.Suppressed
}

func older(a, b ledger.Incident) bool {
	return cmp.Or(a.Finding.Event.Time.Compare(b.Finding.Event.Time), strings.Compare(a.ID, b.ID)) < 0
}

// lengthen adds steps to the chain that an incident leads, whose severity follows.
func (d *Detector) lengthen(ctx context.Context, lead string, steps []ledger.Step) (ledger.Incident, error) {
	var now ledger.Incident
	in, err := d.Store.Update(ctx, lead, func(i *ledger.Incident) error {
		if i.PartOf != "" || closed(*i) {
			return errMoved
		}
		chain := chainOf(*i)
		for _, s := range steps {
			if s.Event == ledger.StepOf(*i).Event && !chain.Has(s.Incident) {
				renew(i)
			}
			chain = chain.With(s)
		}
		unchanged := i.Chain != nil && slices.Equal(i.Chain.Timeline, chain.Timeline)
		before := i.Severity
		i.Chain, i.Severity = &chain, chain.Severity
		if !unchanged && chain.Severity > before {
			oweRaised(i)
		}
		if now = *i; unchanged {
			return errUnchanged
		}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return now, nil
	}
	return in, err
}

// chainOf returns the chain that an incident leads; one of itself where nothing has joined it yet.
func chainOf(in ledger.Incident) ledger.Chain {
	if in.Chain != nil && in.PartOf == "" {
		return *in.Chain
	}
	return ledger.Weighed(in.ID, []ledger.Step{ledger.StepOf(in)})
}

// expected returns the chain that a finding would join, as it would then be; an empty one where it would stand alone.
func (d *Detector) expected(ctx context.Context, f detect.Finding) (ledger.Chain, error) {
	own := f.Incident()
	if f.Event.Time.IsZero() {
		return ledger.Chain{}, nil
	}
	for _, node := range nodesOf(f) {
		lead, err := d.led(ctx, node, own, func(key string) (string, error) {
			return d.Store.Threaded(ctx, key, f.Event.Time, ChainWindow)
		})
		if err != nil {
			return ledger.Chain{}, err
		}
		if lead == own {
			continue
		}
		in, err := d.Store.Get(ctx, lead)
		if err != nil {
			return ledger.Chain{}, err
		}
		return chainOf(in).With(ledger.Step{Incident: own, Time: f.Event.Time, Severity: f.Severity, Tactic: f.Tactic}), nil
	}
	return ledger.Chain{}, nil
}

// nodesOf returns the principals that a finding is about, as keys of threads in a fixed order: who acted, and the user or
// role that was changed.
func nodesOf(f detect.Finding) []string {
	var nodes []string
	for _, node := range []string{actorNode(f.Event.Account, f.Actor), targetNode(f)} {
		if node != "" && !slices.Contains(nodes, "chain/"+node) {
			nodes = append(nodes, "chain/"+node)
		}
	}
	slices.Sort(nodes)
	return nodes
}

// actorNode names who acted. Many people share a role that IAM Identity Center made, and a session's source identity tells
// them apart where a role has one; the session's name alone is whatever its caller chose, and new each time for machines.
func actorNode(account string, a detect.Actor) string {
	switch {
	case a.ARN == "" && a.Kind == "Root":
		return account + "/root"
	case a.ARN == "", strings.Contains(a.Role, ":role/aws-service-role/"): // which acts for everybody who uses the service
		return ""
	case a.Role == "":
		return principalNode(a.ARN)
	}
	node := principalNode(a.Role)
	switch {
	case a.Source != "":
		node += "/" + a.Source
	case strings.Contains(a.Role, ":role/aws-reserved/sso.amazonaws.com/"):
		node += "/" + lastPart(a.ARN)
	}
	return node
}

// principalNode names a principal by account, kind and name, whatever its path.
func principalNode(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return arn
	}
	kind, name, named := strings.Cut(parts[5], "/")
	switch {
	case !named:
		return parts[4] + "/" + parts[5]
	case kind == "assumed-role": // a session whose role is not told otherwise
		role, _, _ := strings.Cut(name, "/")
		return parts[4] + "/role/" + role
	}
	return parts[4] + "/" + kind + "/" + lastPart(name)
}

// targetNode names the user or role that a finding is about, also by a credential of it.
func targetNode(f detect.Finding) string {
	r := f.Resource
	switch r.Type { //nolint:exhaustive // all others are no principals
	case detect.User:
		return f.Event.Account + "/user/" + lastPart(r.ID)
	case detect.Role:
		return f.Event.Account + "/role/" + lastPart(r.ID)
	case detect.AccessKey, detect.ServiceCredential, detect.SSHPublicKey, detect.SigningCertificate, detect.MFADevice:
		if r.Parent != "" {
			return f.Event.Account + "/user/" + lastPart(r.Parent)
		}
	}
	return ""
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
