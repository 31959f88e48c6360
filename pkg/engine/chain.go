package engine

import (
	"cmp"
	"context"
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

// maxDepth bounds how far the lead of a chain is looked for: leads that were opened at the same moment may name each other.
const maxDepth = 8

// shownSteps is how many steps of its chain a part carries, for the message about it.
const shownSteps = 10

// join finds out whether an incident belongs to a chain, and then owes people the message about it. Every step may be
// repeated: the threads of the ledger give the same answer again, and a step stands in a timeline once.
func (d *Detector) join(ctx context.Context, in ledger.Incident) (ledger.Incident, error) {
	lead, err := d.leadOf(ctx, in)
	if err != nil {
		return in, fmt.Errorf("find the chain of %s: %w", in.ID, err)
	}
	var chain *ledger.Chain
	if lead != "" {
		if chain, err = d.lengthen(ctx, lead, ledger.StepOf(in)); err != nil {
			return in, fmt.Errorf("join %s to %s: %w", in.ID, lead, err)
		}
	}
	in, err = d.Store.Update(ctx, in.ID, func(i *ledger.Incident) error {
		if !i.Joining {
			return nil
		}
		i.Joining = false
		if chain != nil {
			recent := chain.Recent(shownSteps)
			i.PartOf, i.Chain = lead, &recent
		}
		if chain == nil || !told(chain, i) {
			owe(i, notify.IncidentOpened)
		}
		return nil
	})
	if err != nil {
		return in, fmt.Errorf("settle %s: %w", in.ID, err)
	}
	return in, nil
}

// told reports whether the message about the lead of a chain tells of an incident too: one of the same event that leads to
// nothing. Rules that see one event each from their own side would otherwise say it twice.
func told(chain *ledger.Chain, in *ledger.Incident) bool {
	return in.Action == "" && slices.ContainsFunc(chain.Timeline, func(s ledger.Step) bool {
		return s.Incident == chain.Lead && s.Event == in.Finding.Event.ID
	})
}

// leadOf returns the incident that leads the chain to which another belongs, or "" where it stands alone.
func (d *Detector) leadOf(ctx context.Context, in ledger.Incident) (string, error) {
	at := in.Finding.Event.Time
	if at.IsZero() {
		return "", nil
	}
	nodes := nodesOf(in.Finding)
	candidate := in.ID
	for _, node := range nodes {
		lead, err := d.Store.Threaded(ctx, node, at, ChainWindow)
		if err != nil {
			return "", err
		}
		if lead != "" && lead != in.ID {
			candidate = lead
			break
		}
	}
	lead := ""
	for _, node := range nodes {
		of, err := d.Store.Thread(ctx, node, candidate, at, ChainWindow)
		if err != nil {
			return "", err
		}
		if lead == "" && of != in.ID {
			lead, candidate = of, of
		}
	}
	return d.root(ctx, in, lead)
}

// root follows a lead to the one that leads it, if any. An incident that is settled never becomes a part, and among those
// that are not settled only the younger joins the older, so that no two lead each other.
func (d *Detector) root(ctx context.Context, in ledger.Incident, lead string) (string, error) {
	for range maxDepth {
		if lead == "" || lead == in.ID {
			return "", nil
		}
		of, known, err := found(d.Store.Get(ctx, lead))
		switch {
		case err != nil:
			return "", err
		case !known, closed(of), of.Joining && !older(of, in):
			return "", nil
		case of.PartOf == "":
			return lead, nil
		}
		lead = of.PartOf
	}
	return "", nil
}

// closed reports whether nothing may join an incident any more: a person has put it aside, or it is as long as it may be.
func closed(in ledger.Incident) bool {
	return in.State == ledger.Dismissed || in.State == ledger.Suppressed ||
		in.Chain != nil && in.PartOf == "" && len(in.Chain.Timeline) >= ledger.MaxSteps
}

func older(a, b ledger.Incident) bool {
	return cmp.Or(a.Finding.Event.Time.Compare(b.Finding.Event.Time), strings.Compare(a.ID, b.ID)) < 0
}

// lengthen adds a step to the chain that an incident leads, whose severity follows.
func (d *Detector) lengthen(ctx context.Context, lead string, step ledger.Step) (*ledger.Chain, error) {
	in, err := d.Store.Update(ctx, lead, func(i *ledger.Incident) error {
		chain := chainOf(*i).With(step)
		i.Chain, i.Severity = &chain, chain.Severity
		return nil
	})
	if err != nil {
		return nil, err
	}
	return in.Chain, nil
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
	for _, node := range nodesOf(f) {
		lead, err := d.Store.Threaded(ctx, node, f.Event.Time, ChainWindow)
		if err != nil {
			return ledger.Chain{}, err
		}
		for range maxDepth {
			if lead == "" || lead == f.Incident() {
				break
			}
			in, known, err := found(d.Store.Get(ctx, lead))
			if err != nil {
				return ledger.Chain{}, err
			}
			if !known || closed(in) {
				break
			}
			if in.PartOf == "" {
				return chainOf(in).With(ledger.Step{
					Incident: f.Incident(), Time: f.Event.Time, Severity: f.Severity, Tactic: f.Tactic,
				}), nil
			}
			lead = in.PartOf
		}
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
	case a.Kind == "Root":
		return account + "/root"
	case a.ARN == "":
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
	kind, _, _ := strings.Cut(parts[5], "/")
	if kind == parts[5] {
		return parts[4] + "/" + parts[5]
	}
	return parts[4] + "/" + kind + "/" + lastPart(parts[5])
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
