package report

import (
	"slices"
	"strings"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// facts answers who, from where, what, where and when.
func facts(in ledger.Incident) []Fact {
	out := []Fact{{"Who", who(in)}}
	if line := person(in.Finding.Actor); line != nil {
		out = append(out, Fact{"Person", line})
	}
	out = append(out, Fact{"From", from(in.Finding.Actor)}, Fact{"What", what(in)})
	out = append(out, Fact{"Where", Line{words("account "), value(in.Account), words(", region "), value(in.Region)}})
	out = append(out, Fact{"When", when(in.Times)})
	if line := answered(in); line != nil {
		out = append(out, Fact{"Answer", line})
	}
	return out
}

// signIn is the source of console sign-ins.
const signIn = "signin.amazonaws.com"

func who(in ledger.Incident) Line {
	a := in.Finding.Actor
	name := a.Name
	if name == "" {
		name = in.Actor
	}
	line := Line{value(name), words(" (")}
	if kind := kinds(a.Kind); kind != "" {
		line = append(line, words(kind))
	} else {
		line = append(line, valueUpTo(a.Kind, 40))
	}
	switch {
	case a.MFA:
		line = append(line, words(", with MFA)"))
	case in.Finding.Event.Source == signIn: // its record tells MFA elsewhere; the summary has it
		line = append(line, words(")"))
	default:
		line = append(line, words(", no MFA on record)"))
	}
	if a.AccountID != "" && a.AccountID != in.Account {
		line = append(line, words(" from another account, "), value(a.AccountID))
	}
	if !strings.HasSuffix(a.ARN, name) && a.Kind != "Root" {
		line = append(line, words(", "), value(a.ARN))
	}
	return line
}

func kinds(kind string) string {
	switch kind {
	case "Root":
		return "root user"
	case "IAMUser":
		return "IAM user"
	case "AssumedRole":
		return "assumed role"
	case "FederatedUser", "SAMLUser", "WebIdentityUser":
		return "federated user"
	case "IdentityCenterUser":
		return "Identity Center user"
	case "AWSService":
		return "AWS service"
	case "AWSAccount":
		return "another account"
	}
	return ""
}

// person tells which human stands behind a role, as far as the record says.
func person(a detect.Actor) Line {
	if a.Source != "" {
		return Line{value(a.Source), words(" (source identity)")}
	}
	_, path, ok := strings.Cut(a.ARN, ":assumed-role/")
	if !ok {
		return nil
	}
	_, session, ok := strings.Cut(path, "/")
	if !ok || session == "" {
		return nil
	}
	if strings.Contains(a.Role, ":role/aws-reserved/sso.amazonaws.com/") {
		return Line{value(session), words(" (Identity Center user)")}
	}
	return Line{value(session), words(" (session name, which the caller chose)")}
}

func from(a detect.Actor) Line {
	line := Line{value(a.SourceIP)}
	if a.UserAgent != "" {
		line = append(line, words(" with "), valueUpTo(a.UserAgent, 80))
	}
	if a.InvokedBy != "" && a.InvokedBy != a.SourceIP {
		line = append(line, words(" through "), value(a.InvokedBy))
	}
	return line
}

func what(in ledger.Incident) Line {
	f := in.Finding
	line := Line{value(f.Event.Name), words(" on ")}
	if f.Resource.ID == "" {
		line = append(line, value(in.Resource))
	} else {
		line = append(line, resource(f.Resource)...)
	}
	if f.Resource.Parent != "" {
		line = append(line, words(" of "), value(f.Resource.Parent))
	}
	for _, p := range []struct{ name, label string }{
		{detect.ParamPolicyARN, ", policy "}, {detect.ParamPolicyName, ", inline policy "}, {detect.ParamVersionID, ", version "},
	} {
		if v := f.Params[p.name]; v != "" && v != f.Resource.ID {
			line = append(line, words(p.label), value(v))
		}
	}
	return line
}

func resource(r detect.Resource) Line {
	kind := ""
	switch r.Type {
	case detect.Account:
		kind = "account "
	case detect.User:
		kind = "user "
	case detect.Role:
		kind = "role "
	case detect.Group:
		kind = "group "
	case detect.AccessKey:
		kind = "access key "
	case detect.Policy:
		kind = "policy "
	case detect.Trail:
		kind = "trail "
	case detect.SecurityGroup:
		kind = "security group "
	default:
		return Line{valueUpTo(string(r.Type), 40), words(" "), value(r.ID)}
	}
	return Line{words(kind), value(r.ID)}
}

func when(t ledger.Times) Line {
	if t.Event.IsZero() {
		return Line{words("unknown")}
	}
	text := moment(t.Event)
	if gap, ok := between(t.Event, t.Received); ok {
		text += ", seen " + gap + " later"
	}
	if gap, ok := between(t.Event, t.Acted); ok && !t.Verified.IsZero() {
		text += ", reversed after " + gap
	}
	return Line{words(text)}
}

// moment writes a time for a person.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// between says how long after one moment another was.
func between(from, to time.Time) (string, bool) {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return "", false
	}
	gap := to.Sub(from)
	switch {
	case gap < time.Second:
		return "less than a second", true
	case gap >= 24*time.Hour:
		return gap.Round(time.Hour).String(), true
	}
	return gap.Round(time.Second).String(), true
}

// answered says which person decided last.
func answered(in ledger.Incident) Line {
	for _, note := range slices.Backward(in.Notes) {
		if note.By == riposte {
			continue
		}
		line := Line{valueUpTo(note.Text, 60), words(" by "), value(note.By)}
		if !note.Time.IsZero() {
			line = append(line, words(", "+moment(note.Time)))
		}
		return line
	}
	return nil
}
