package notifytest

import (
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// decided gives an incident a mode and the reason that goes with it.
func decided(in ledger.Incident, mode decide.Mode) ledger.Incident {
	in.Mode = string(mode)
	switch mode {
	case decide.Act:
		in.Reason = "Stance enforce (stance): " + in.Action + " can be undone; it is done at once."
	case decide.Contain:
		in.Reason = "Stance guard (stance): " + in.Action + " can be undone; it is done at once, then a person keeps or undoes it."
	case decide.Ask:
		in.Reason = "The configuration says ask (rules." + in.Rule + "): " + in.Action + " waits for a person to approve it."
	case decide.Alert, decide.Off:
		in.Reason = "Stance observe (stance): Riposte only alerts."
		in.Action, in.Changes = "", []ledger.Change{}
	}
	return in
}

// Remediated makes and verifies the planned change of an incident.
func Remediated(in ledger.Incident) ledger.Incident {
	in.State = ledger.Remediated
	in.Changes = append([]ledger.Change(nil), in.Changes...)
	for n := range in.Changes {
		in.Changes[n].State, in.Changes[n].ReadBack = ledger.Verified, in.Changes[n].After
	}
	in.Times.Acted, in.Times.Verified = at(41), at(43)
	in.Version += 4
	return in
}

func note(in ledger.Incident, by, text string) ledger.Incident {
	n := ledger.Note{Time: at(600), By: by, Text: text}
	in.Notes = append(append([]ledger.Note(nil), in.Notes...), n)
	in.Version++
	return in
}

// opened is as the detector leaves it: nothing is in the journal yet.
func opened(in ledger.Incident) ledger.Incident {
	in.Changes = []ledger.Change{}
	return in
}

func asked(in ledger.Incident) ledger.Incident {
	in.State = ledger.Asked
	return opened(in)
}

func approved(in ledger.Incident) ledger.Incident {
	in = note(in, "arn:aws:iam::111122223333:user/sec-lead", "approved")
	full := InlinePolicy()
	in.Changes = full.Changes
	return in
}

func dismissed(in ledger.Incident) ledger.Incident {
	in.State, in.Times.Closed = ledger.Dismissed, at(600)
	return note(in, "sec-lead", "dismissed")
}

func kept(in ledger.Incident) ledger.Incident {
	in.State, in.Times.Closed = ledger.Kept, at(600)
	return note(in, "sec-lead", "kept")
}

func undone(in ledger.Incident) ledger.Incident {
	in.State, in.Times.Closed = ledger.Undone, at(601)
	for n := range in.Changes {
		in.Changes[n].State, in.Changes[n].ReadBack = ledger.Reverted, in.Changes[n].Before
	}
	return note(in, "sec-lead", "undo")
}

func undoFailed(in ledger.Incident) ledger.Incident {
	in = note(in, "sec-lead", "undo")
	return note(in, "riposte", "undo "+in.ID+": AccessKey/AKIAI44QH8DHBEXAMPLE of bob in 111122223333 has changed meanwhile: "+
		`expected "Inactive", found nothing (the resource no longer exists); nothing was written`)
}

func resolved(in ledger.Incident) ledger.Incident {
	in.State, in.Times.Closed, in.Changes = ledger.Resolved, at(36), []ledger.Change{}
	return note(in, "riposte", "nothing left to do: role app-worker has no inline policy debug")
}

func failed(in ledger.Incident) ledger.Incident {
	in.State, in.Version = ledger.Failed, 4
	in.Error = "read Trail/main in 111122223333: operation error CloudTrail: GetTrailStatus, https response error " +
		"StatusCode: 400, api error AccessDeniedException: not authorized to perform cloudtrail:GetTrailStatus"
	in.Changes = append([]ledger.Change(nil), in.Changes...)
	for n := range in.Changes {
		in.Changes[n].State, in.Changes[n].Error = ledger.Broken, in.Error
	}
	return in
}

func failedHalf(in ledger.Incident) ledger.Incident {
	in.State, in.Times.Acted, in.Version = ledger.Failed, at(41), 5
	in.Error = "the change of SecurityGroup/sg-0123456789abcdef0 in 111122223333 does not hold: somebody has put the rules back"
	in.Changes = append([]ledger.Change(nil), in.Changes...)
	for n := range in.Changes {
		in.Changes[n].State, in.Changes[n].Error = ledger.Applied, in.Error
	}
	return in
}

func unjudged(in ledger.Incident) ledger.Incident {
	in.Finding.Unjudged = "response elements: the record leaves the payload out: CloudTrail leaves out payloads over its limits; look at the resource itself"
	in.Finding.Summary = "CreateAccessKey by ci-deploy/build-4711 cannot be judged: " + in.Finding.Unjudged
	in.Finding.Resource = detect.Resource{Type: detect.Account, ID: account}
	in.Finding.Actions = []string{}
	in.Summary, in.Resource = in.Finding.Summary, in.Finding.Resource.String()
	in.Reason = "The event could not be judged, so Riposte only alerts."
	return in
}

func attempt(in ledger.Incident) ledger.Incident {
	in.Finding.Attempt = true
	in.Reason = "The call failed, so there is nothing to reverse."
	return in
}

// chained makes an incident the lead of a chain with others, or a part of one that another leads.
func chained(in ledger.Incident, lead string, others ...ledger.Incident) ledger.Incident {
	steps := []ledger.Step{ledger.StepOf(in)}
	for _, o := range others {
		steps = append(steps, ledger.StepOf(o))
	}
	chain := ledger.Weighed(lead, steps)
	in.Chain = &chain
	if lead == in.ID {
		in.Severity = chain.Severity
	} else {
		in.PartOf = lead
	}
	return in
}

// aimed gives an incident the tactic of its rule.
func aimed(in ledger.Incident, tactic string) ledger.Incident {
	in.Finding.Tactic = tactic
	return in
}

func inChina(in ledger.Incident) ledger.Incident {
	f := &in.Finding
	f.Event.Partition, f.Event.Region, in.Region = "aws-cn", "cn-north-1", "cn-north-1"
	f.Actor.ARN = "arn:aws-cn:iam::111122223333:user/dave"
	return in
}
