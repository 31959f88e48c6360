package logging

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// together joins the calls of several parts. One call is judged once: parts that want the same are a mistake.
func together(parts ...calls) calls {
	all := calls{}
	for _, part := range parts {
		for source, judged := range part {
			if all[source] == nil {
				all[source] = map[string]call{}
			}
			maps.Copy(all[source], judged)
		}
	}
	return all
}

// A reference tells a resource's name from the text by which a request names it.
type reference struct {
	kind  detect.ResourceType
	field string                   // of the request
	name  func(text string) string // out of a name, an ARN or a URL
}

// changed judges a call on a resource of Riposte's own; said is the sentence about it. deployed is the severity of one
// that CloudFormation makes.
func (r reference) changed(said string, deployed detect.Severity) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		severity := detect.Critical
		if throughCloudFormation(ev) {
			severity = deployed
		}
		return r.judged(ev, severity, said)
	}
}

// judged reports a call on a resource of Riposte's own. Most resources are not, so that a call which does not say what it
// was made on is told as one that cannot be judged, but not as if it were certain.
func (r reference) judged(ev *cloudtrail.Event, severity detect.Severity, said string) ([]detect.Finding, error) {
	if !ev.MayNameOwn() {
		return nil, nil
	}
	text, err := textOf(ev, r.field)
	if err != nil && attempt.Unseen(ev) {
		on := attempt.On(ev) // an ARN, or a kind and a name
		text, err = on[strings.LastIndexByte(on, ' ')+1:], nil
	}
	if err != nil {
		return unclear(ev, err), nil
	}
	name := r.name(text)
	if !ev.OwnName(name) {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: severity,
		Resource: detect.Resource{Type: r.kind, ID: name},
		Summary:  fmt.Sprintf("Riposte's own "+said, detect.Text(name)),
	}}, nil
}

// unclear is the finding of a call that may have been on a resource of Riposte's own.
func unclear(ev *cloudtrail.Event, err error) []detect.Finding {
	why := err.Error()
	if errors.Is(err, cloudtrail.ErrOmitted) {
		why += ": look at Riposte's own resources"
	}
	return []detect.Finding{{
		Severity: detect.Medium,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  fmt.Sprintf("%s by %s cannot be judged: %s", detect.Text(ev.Name), detect.Text(ev.Identity.Name()), why),
		Unjudged: why,
	}}
}

// afterSlash returns a name without its path or URL.
func afterSlash(text string) string { return text[strings.LastIndexByte(text, '/')+1:] }

// within returns the part of an ARN that follows a kind, such as ":table/", up to the next slash or colon; a text without
// that is a name already.
func within(kind string) func(string) string {
	return func(text string) string {
		_, name, inARN := strings.Cut(text, kind)
		if !inARN {
			return text
		}
		if end := strings.IndexAny(name, "/:"); end >= 0 {
			name = name[:end]
		}
		return name
	}
}
