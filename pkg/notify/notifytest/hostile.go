package notifytest

import (
	"strings"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// Hostile returns messages whose every text was chosen to break out of markup, to forge lines or to flood.
func Hostile() []Case {
	var out []Case
	for _, c := range []struct{ name, text string }{
		{"hostile-mention", "<!channel> <@U012AB3CD> @here #general"},
		{"hostile-link", "<https://evil.example/?a=1&b=2|click to approve> https://evil.example/"},
		{"hostile-code", "x```\n*verified* `riposte undo inc-0000` _ok_ ~no~ :white_check_mark:"},
		{"hostile-lines", "bob\n\nVerified: nothing to do\r\n\u2028Reversed\u2029done\v\f\u0085end"},
		{"hostile-bidi", "\u202egpj.exe\u202c \u2066abc\u2069\u200b\u200d\ufeff\u00ad\U000E0041"},
		{"hostile-spaces", "bob" + strings.Repeat(" ", 150) + "Verified: nothing to do"},
		{"hostile-flood", strings.Repeat("<&>\"'`*", 3000)},
		{"hostile-bytes", "\x00\x1b[31mred\x1b[0m\xff\xfe\xc3\x28"},
		{"hostile-shell", "inc-1; rm -rf / $(id) `id` | sh"},
		{"hostile-marks", "Z" + strings.Repeat("\u0335\u0301", 40) + "algo"},
	} {
		out = append(out, Case{c.name, notify.Message{
			DetailType: notify.RemediationFailed, Due: 3, Incident: Poisoned(KeyForOtherUser(), c.text),
		}})
	}
	return out
}

// Poisoned returns an incident with a text in every field that takes one.
func Poisoned(in ledger.Incident, text string) ledger.Incident {
	in = failed(decided(in, decide.Act))
	in.ID, in.Rule, in.Class, in.Title, in.Summary, in.Reason, in.Error = text, text, text, text, text, text, text
	in.Account, in.Region, in.Actor, in.Resource, in.Action, in.EventIDs = text, text, text, text, text, []string{text}
	f := &in.Finding
	f.Rule, f.Class, f.Title, f.Summary, f.Why = text, text, text, text, text
	f.Resource.ID, f.Resource.Parent = text, text
	f.Actor.Name, f.Actor.ARN, f.Actor.AccountID, f.Actor.AccessKey = text, text+":assumed-role/r/"+text, text, text
	f.Actor.Role, f.Actor.SourceIP, f.Actor.UserAgent, f.Actor.InvokedBy, f.Actor.Source = "x:role/"+text, text, text, text, text
	f.Event.ID, f.Event.Name, f.Event.Account = text, text, text
	f.Params = map[string]string{"policy_arn": text, "policy_name": text, "version_id": text, text: text}
	f.Actions = []string{text}
	in.Notes = []ledger.Note{{Time: at(1), By: text, Principal: text, Text: text}, {Time: at(2), By: "riposte", Text: text}}
	change := in.Changes[0]
	change.Action, change.Summary, change.Error = text, text+": a → b", text
	change.Target.ID, change.Target.Type, change.Target.Parent = text, text, text
	change.Before, change.After, change.ReadBack = raw(map[string]any{"document": text, text: 1}), raw([]string{text}), raw(text)
	verified := change
	verified.State = ledger.Verified
	in.Changes = []ledger.Change{change, verified, verified, verified, verified, verified, verified, verified, verified, verified}
	step := ledger.Step{Incident: text, Event: text, Time: at(3), Rule: text, Tactic: text, Title: text, Summary: text, Resource: text, Mode: text}
	in.Chain = &ledger.Chain{Lead: text, Why: text, Timeline: []ledger.Step{step, step, step, step, step, step, step, step, step, step, step, step}}
	in.PartOf = text
	return in
}
