package logging

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// A call judges the events of one API call.
type call func(ev *cloudtrail.Event) ([]detect.Finding, error)

// calls says how each call that a rule wants is judged, by event source and name. A rule's pattern is made of its keys,
// so that no call can be wanted and not judged.
type calls map[string]map[string]call

func (c calls) pattern() detect.Pattern {
	var p detect.Pattern
	for _, source := range slices.Sorted(maps.Keys(c)) {
		p = append(p, detect.Events{Source: source, Names: slices.Sorted(maps.Keys(c[source]))})
	}
	return p
}

func (c calls) match(ev *cloudtrail.Event) ([]detect.Finding, error) {
	judge, ok := c[ev.Source][ev.Name]
	if !ok {
		return nil, fmt.Errorf("nothing says how to judge %s of %s", ev.Name, ev.Source)
	}
	found, err := judge(ev)
	if err == nil && len(found) == 0 {
		err = nothingAsked(ev)
	}
	for i := range found {
		if found[i].Actions == nil { // a rule's actions answer some of its calls only
			found[i].Actions = []string{}
		}
		if throughCloudFormation(ev) {
			found[i].Summary += ", through CloudFormation"
		}
	}
	return found, err
}

// nothingAsked is the error of a request that holds nothing at all. What a request leaves out stays as it was, but one that
// does not even say what it is about was cut.
func nothingAsked(ev *cloudtrail.Event) error {
	req, err := cloudtrail.RequestOf[map[string]json.RawMessage](ev)
	if ev.Failed() || err != nil || len(req) > 0 {
		return nil //nolint:nilerr // whoever judged the event did without its request
	}
	return errors.New("request parameters: nothing in them")
}

// named judges a call by its success: what it was made on is the request's field, and said is the sentence about it.
func named(field string, kind detect.ResourceType, severity detect.Severity, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		name, err := textOf(ev, field)
		if err != nil {
			return nil, err
		}
		if kind == detect.Trail {
			name = trailName(ev, name)
		}
		return []detect.Finding{{
			Severity: severity,
			Resource: detect.Resource{Type: kind, ID: name},
			Summary:  fmt.Sprintf(said, detect.Text(name)),
		}}, nil
	}
}

// remedied judges a call that an action reverses.
func remedied(action string, judge call) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		found, err := judge(ev)
		for i := range found {
			found[i].Actions = []string{action}
		}
		return found, err
	}
}

// onlyForItsState finds nothing: the call is wanted for the state that it leaves behind.
func onlyForItsState(*cloudtrail.Event) ([]detect.Finding, error) { return nil, nil }

// inAccount is named where the field names nothing that stands by itself.
func inAccount(field string, severity detect.Severity, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		found, err := named(field, detect.Account, severity, said)(ev)
		for i := range found {
			found[i].Resource.ID = ev.Account
		}
		return found, err
	}
}

// accountWide judges, by its success, a call that takes no parameters: CloudTrail records none for it.
func accountWide(severity detect.Severity, said string) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		return []detect.Finding{{
			Severity: severity,
			Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
			Summary:  fmt.Sprintf("%s in account %s, region %s", said, detect.Text(ev.Account), detect.Text(ev.Region)),
		}}, nil
	}
}

// notByService stays quiet where an AWS service looks after its own.
func notByService(judge call) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		if byServiceItself(ev) {
			return nil, nil
		}
		return judge(ev)
	}
}

// whereField judges a call only where a field of the request has a value. What a request leaves out stays as it was.
func whereField(field, value string, judge call) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		got, err := optionalText(ev, field)
		if err != nil || got != value {
			return nil, err
		}
		return judge(ev)
	}
}

// textOf returns a field of the request that has to be there.
func textOf(ev *cloudtrail.Event, field string) (string, error) {
	text, err := optionalText(ev, field)
	if err == nil && text == "" {
		err = missing(field)
	}
	return text, err
}

// optionalText returns a field of the request, or "" where it has none of the name, in any letter case.
func optionalText(ev *cloudtrail.Event, field string) (string, error) {
	req, err := cloudtrail.RequestOf[map[string]json.RawMessage](ev)
	if err != nil {
		return "", err
	}
	raw, ok := req[field]
	for _, key := range slices.Sorted(maps.Keys(req)) {
		if !ok && strings.EqualFold(key, field) {
			raw, ok = req[key], true
		}
	}
	var text cloudtrail.Text
	if ok {
		if err := json.Unmarshal(raw, &text); err != nil {
			return "", fmt.Errorf("request parameters: %s: %w", field, err)
		}
	}
	return string(text), nil
}

func missing(field string) error { return fmt.Errorf("request parameters: no %s", field) }

// few names the first of several things, so that a sentence stays short.
func few[T ~string](names []T) string {
	const most = 3
	shown := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		shown = append(shown, detect.Text(string(name)))
	}
	text := strings.Join(shown, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
