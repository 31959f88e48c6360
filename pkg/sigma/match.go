package sigma

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// match returns what the rule finds in an event.
func (s *Set) match(r *rule, ev *cloudtrail.Event) ([]detect.Finding, error) {
	x, err := s.of(ev)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.steps = 0
	matched := r.condition.holds(&x.extract)
	if x.steps > maxSteps {
		return nil, errTooMuch
	}
	if !matched {
		return nil, nil
	}
	return []detect.Finding{r.finding(&x.extract, ev)}, nil
}

var (
	errUnreadable = errors.New("the record is nested deeper than AWS writes")
	errTooMuch    = errors.New("the record holds so many values that the rule was not finished")
)

func (r *rule) finding(x *extract, ev *cloudtrail.Event) detect.Finding {
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  fmt.Sprintf("%s called %s%s: %s", detect.Text(ev.Identity.Name()), detect.Text(ev.Name), failure(ev), r.title),
	}
	missing := r.response.fill(x, &f)
	if len(missing) > 0 {
		f.Summary += "; the event has " + strings.Join(missing, " and ")
		if len(r.response.actions) > 0 {
			f.Summary += ", so that nothing can be done about it here"
			f.Actions = []string{}
		}
	}
	return f
}

func failure(ev *cloudtrail.Event) string {
	switch {
	case ev.ErrorCode != "":
		return fmt.Sprintf(" (%s)", detect.Text(ev.ErrorCode))
	case ev.Failed():
		return " (failed)"
	}
	return ""
}

// fill takes the resource and the params from the event, and says what is wrong with what it could not take.
func (r response) fill(x *extract, f *detect.Finding) (missing []string) {
	take := func(path int, field string) string {
		text, wrong := x.fact(path)
		if wrong != "" {
			missing = append(missing, wrong+" "+field)
		}
		return text
	}
	if r.resource != nil {
		id := take(r.resource.id, r.resource.idField)
		parent := ""
		if r.resource.parent >= 0 {
			parent = take(r.resource.parent, r.resource.upField)
		}
		if len(missing) == 0 {
			f.Resource = detect.Resource{Type: r.resource.kind, ID: id, Parent: parent}
		}
	}
	params := map[string]string{}
	for _, p := range r.params {
		if p.name != detect.ParamDocumentHash {
			params[p.name] = take(p.path, p.field)
			continue
		}
		document, wrong := x.document(p.path)
		if wrong != "" {
			missing = append(missing, wrong+" "+p.field)
		}
		params[p.name] = detect.DocumentHash(document)
	}
	if len(missing) == 0 && len(params) > 0 {
		f.Params = params
	}
	return missing
}

// only returns the number of a path's value, and says what is wrong where there is none or more than one.
func (x *extract) only(path int) (value int, wrong string) {
	value = x.values.First(path)
	switch {
	case value < 0 || x.plain(value) == nil:
		return -1, "no"
	case x.values.Next(value) >= 0:
		return -1, "more than one"
	}
	return value, ""
}

// fact returns the one text at a path.
func (x *extract) fact(path int) (text, wrong string) {
	const longest = 2048 // what an ARN can have
	value, wrong := x.only(path)
	if wrong != "" {
		return "", wrong
	}
	plain := x.plain(value)
	odd := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	switch raw := x.values.At(value).Raw; {
	case raw[0] == '{':
		return "", "an object as"
	case len(plain) == 0:
		return "", "nothing in"
	case len(plain) > longest || slices.ContainsFunc([]rune(string(plain)), odd):
		return "", "an odd text in"
	}
	return string(plain), ""
}

// document returns the policy document at a path, which services write in several ways.
func (x *extract) document(path int) (document []byte, wrong string) {
	value, wrong := x.only(path)
	if wrong != "" {
		return nil, wrong
	}
	var d cloudtrail.Document
	if err := d.UnmarshalJSON(x.values.At(value).Raw); err != nil || len(d) == 0 {
		return nil, "no document in"
	}
	return d, ""
}
