package main

import (
	"fmt"
	"regexp"
	"strconv"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// What an example names where the sample events have nothing that fits.
const (
	examplePrincipal = "arn:aws:iam::111122223333:role/deploy"
	exampleExpiry    = "2027-01-31"
)

// howToExcept shows what to write into riposte.yaml where a rule's findings are fine.
func (p *page) howToExcept(r *detect.Rule, s samples) {
	p.line("")
	p.line("## How to except")
	p.line("")
	p.line("In riposte.yaml, for a while and for what is named. A finding has to match every key that an exception gives; it is then")
	p.line("recorded, and neither told nor acted on. An exception for a resource never silences what could not be judged.")
	p.line("")
	p.fence("yaml", exceptions(r, s))
	p.line("")
	mode := config.Alert
	switch {
	case r.OptIn:
		p.line("The rule is not in use until it has a mode. To be told:")
	case r.Severity == detect.Info:
		p.line("Its findings of severity INFO are off unless the rule has a mode. To be told of them:")
	default:
		mode = config.Off
		p.line("To switch the rule off everywhere, or with mode `alert` to be told and have nothing changed:")
	}
	p.line("")
	p.fence("yaml", fmt.Sprintf("rules:\n  %s: { mode: %s }\n", r.ID, mode))
	p.line("")
	p.line("[The example](../../riposte.example.yaml) explains every key, and `riposte config validate` checks what you wrote.")
}

// exceptions returns the example of a rule's exceptions. It names what the first sample that fits names.
func exceptions(r *detect.Rule, s samples) string {
	text := "exceptions:\n" + exception(r.ID, "principal", first(principals(s), r.ID, "principal"))
	if resource := first(resources(s), r.ID, "resource"); resource != "" {
		return text + exception(r.ID, "resource", resource)
	}
	if account := first(accounts(s), r.ID, "account"); account != "" {
		text += exception(r.ID, "account", account)
	}
	return text
}

func exception(rule, key, value string) string {
	return fmt.Sprintf("  - rule: %s\n    %s: %s\n    owner: platform-team@example.com\n    reason: why it is fine, and what ends it\n    expires: %s\n",
		rule, key, scalar(key, value), exampleExpiry)
}

// first returns the first value that a configuration takes.
func first(values []string, rule, key string) string {
	for _, v := range values {
		if _, err := config.Parse("riposte.yaml", []byte("exceptions:\n"+exception(rule, key, v))); err == nil {
			return v
		}
	}
	return ""
}

// principals names roles, which are what exceptions are for: the users of the samples are mostly intruders. Where root alone
// can make the change, it names root.
func principals(s samples) []string {
	var roles, roots []string
	all := true
	for _, f := range s.fires {
		switch actor := f.finding.Actor; {
		case f.finding.Unjudged != "":
			continue
		case actor.Role != "":
			roles = append(roles, actor.Role)
		case actor.Kind == "Root":
			roots = append(roots, actor.ARN)
			continue
		}
		all = false
	}
	if all {
		roles = roots
	}
	return append(roles, examplePrincipal)
}

// resources leaves out accounts, for which exceptions have a key of their own, and names the user of an access key, since
// the next key has another ID.
func resources(s samples) []string {
	var out []string
	for _, f := range s.fires {
		resource := f.finding.Resource
		switch {
		case f.finding.Unjudged != "" || resource.Type == detect.Account:
			continue
		case resource.Type == detect.AccessKey && resource.Parent != "":
			resource = detect.Resource{Type: detect.User, ID: resource.Parent}
		}
		out = append(out, resource.String())
	}
	return out
}

func accounts(s samples) []string {
	var out []string
	for _, f := range s.fires {
		out = append(out, f.finding.Event.Account)
	}
	return out
}

var plainScalar = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+=,.@_/:-]*[A-Za-z0-9]$`)

// scalar quotes what YAML would read as something else. Account IDs stand in quotes always.
func scalar(key, value string) string {
	if key != "account" && plainScalar.MatchString(value) {
		return value
	}
	return strconv.Quote(value)
}
