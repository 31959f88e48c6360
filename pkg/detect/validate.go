package detect

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

var (
	ruleID   = regexp.MustCompile(`^[A-Z][A-Z0-9]*-([0-9]{3}|[0-9A-F]{8})$`) // eight digits for rules of the operator's own
	slug     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	source   = regexp.MustCompile(`^[a-z0-9-]+\.amazonaws\.com$`)
	wireName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
)

// Validate reports every rule that is incomplete, malformed or listed twice.
func Validate(rules []*Rule) error {
	var errs []error
	seen := map[string]bool{}
	for i, r := range rules {
		if r == nil {
			errs = append(errs, fmt.Errorf("rule %d is nil", i))
			continue
		}
		wrong := r.validate()
		if seen[r.ID] {
			wrong = append(wrong, errors.New("listed twice"))
		}
		seen[r.ID] = true
		for _, err := range wrong {
			errs = append(errs, fmt.Errorf("rule %s: %w", r.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (r *Rule) validate() []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !ruleID.MatchString(r.ID) {
		bad("ID %q: want letters, a dash and three digits", r.ID)
	}
	if r.Title == "" || strings.HasSuffix(r.Title, ".") {
		bad("title %q: want one without a full stop", r.Title)
	}
	if !slug.MatchString(r.Class) {
		bad("class %q: want a slug", r.Class)
	}
	if r.Severity == Inherit || r.Severity > Critical {
		bad("no severity")
	}
	if r.Match == nil {
		bad("no Match")
	}
	for _, section := range []string{whyHeading, "**False positives.**", "**What to do.**"} {
		if !strings.Contains(r.Doc, section) {
			bad("doc lacks %q", section)
		}
	}
	if len(r.Refs) == 0 {
		bad("no reference")
	}
	return append(errs, r.Pattern.validate()...)
}

func (p Pattern) validate() []error {
	var errs []error
	if len(p) == 0 {
		errs = append(errs, errors.New("no pattern"))
	}
	for _, e := range p {
		if err := e.validate(); err != nil {
			errs = append(errs, err)
		}
		for _, n := range e.Names {
			if !wireName.MatchString(n) {
				errs = append(errs, fmt.Errorf("event name %q", n))
			}
		}
	}
	return errs
}

func (sel Events) validate() error {
	narrow := sel.Source != "" || len(sel.Names)+len(sel.Errors)+len(sel.Agents) > 0 || sel.Identity != "" || sel.Own
	switch {
	case !narrow && !sel.Every:
		return errors.New("pattern wants every event: name a source, an event, an error, an agent or a kind of caller")
	case narrow && sel.Every:
		return errors.New("pattern wants every event and selects all the same: do one or the other")
	case sel.Source != "" && !source.MatchString(sel.Source):
		return fmt.Errorf("source %q: want SERVICE.amazonaws.com", sel.Source)
	case sel.Writes && sel.Reads:
		return errors.New("pattern wants calls that are read-only and that are not")
	}
	return nil
}
