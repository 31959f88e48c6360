package logging

import (
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// OwnRoleUsed fires on what Riposte's own roles change. The journal explains what Riposte did; anything else is told.
func OwnRoleUsed() *detect.Rule {
	return &detect.Rule{
		ID:       "LOG-023",
		Title:    "Riposte's own role used",
		Class:    "own-role-misused",
		Severity: detect.Critical,
		Doc: `**Why it matters.** The role of the remediator may change much in the account. Whoever came by it can do the same, and
their calls look like reversals.

Every call of one of Riposte's roles that is not read-only is looked up in the journal. One that the journal explains is
recorded and not told: the incident's action makes this call, Riposte was about to make it a short while before, and the
incident knows all that the call names. All others are critical. What Lambda does with a function's role on its own, making its log streams, stays quiet.

**False positives.** None that is known: nobody but Riposte's functions can take the roles on.

**What to do.** Stop Riposte with "riposte stop", look at what the session did, and revoke it: a function's credentials
live for hours. Then find out how the caller came by them, and deploy again from a source that you trust.`,
		Refs: []detect.Ref{
			attack("T1078.004"), attack("T1550.001"),
			aws("Revoking IAM role temporary security credentials", "IAM/latest/UserGuide/id_roles_use_revoke-sessions.html"),
		},
		Pattern:  detect.Pattern{{Own: true, Writes: true}},
		Attempts: true,
		Match:    matchOwnRoleUsed,
	}
}

func matchOwnRoleUsed(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Source == "logs.amazonaws.com" && (ev.Name == "CreateLogStream" || ev.Name == "CreateLogGroup") {
		return nil, nil
	}
	role := ev.Identity.Session.IssuerARN
	did := "called"
	if ev.Failed() {
		did = "called in vain"
	}
	return []detect.Finding{{
		Resource: detect.Resource{Type: detect.OwnCalls, ID: ev.Account},
		Summary: fmt.Sprintf("Riposte's own role %s %s %s of %s from %s",
			detect.Text(role[strings.LastIndexByte(role, '/')+1:]), did, detect.Text(ev.Name), detect.Text(ev.Source), detect.Text(ev.SourceIP)),
	}}, nil
}
