package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A selection is the flags that choose incidents.
type selection struct {
	state, rule, account, severity, actor, since, until string
	limit                                               int
	leads                                               bool
}

func (s *selection) flags(cmd *cobra.Command, since string, limit int) {
	f := cmd.Flags()
	f.StringVar(&s.state, "state", "", "only incidents in this `STATE`, such as open, asked, remediated or failed")
	completeFlag(cmd, "state", ledger.States()...)
	f.StringVar(&s.rule, "rule", "", "only incidents of this `RULE`, by its ID, such as IAM-002")
	f.StringVar(&s.account, "account", "", "only incidents of this `ACCOUNT`")
	f.StringVar(&s.severity, "severity", "", "only incidents of this `SEVERITY` or a graver one: info, low, medium, high or critical")
	completeFlag(cmd, "severity", "info", "low", "medium", "high", "critical")
	f.StringVar(&s.actor, "actor", "", "only incidents whose actor has this `TEXT` in name, ARN or source identity")
	f.StringVar(&s.since, "since", since, "only what was received since this `TIME`: 36h or 7d ago, a day such as 2026-11-01, or 2026-11-01T12:00:00Z")
	f.StringVar(&s.until, "until", "", "only what was received before this `TIME`, written as for --since")
	f.IntVar(&s.limit, "limit", limit, "at most this many, the newest first")
}

// A choice is what the flags of a selection mean at a time.
type choice struct {
	query    ledger.Query
	until    time.Time // zero for no end
	account  string
	actor    string
	severity detect.Severity
	leads    bool
}

// read reads the flags. A word that no incident can have is wrong usage: nothing listed would pass for nothing there. A
// rule may be one that this version has no longer.
func (s *selection) read(now time.Time) (choice, error) {
	c := choice{account: s.account, actor: strings.ToLower(s.actor), leads: s.leads}
	var err error
	if c.query, err = queryOf(s.state, s.rule, s.limit); err != nil {
		return c, err
	}
	if s.severity != "" {
		if c.severity, err = detect.ParseSeverity(s.severity); err != nil {
			return c, usage("--severity: %w", err)
		}
	}
	if c.query.Since, err = momentOf("--since", s.since, now); err != nil {
		return c, err
	}
	if c.until, err = momentOf("--until", s.until, now); err != nil {
		return c, err
	}
	if !c.until.IsZero() && !c.query.Since.Before(c.until) {
		return c, usage("--since %s and --until %s: nothing is between them", s.since, s.until)
	}
	return c, nil
}

// words says by what incidents are chosen beside their time.
func (s *selection) words() string {
	var out []string
	for _, f := range []struct{ name, value string }{
		{"state", s.state}, {"rule", s.rule}, {"account", s.account}, {"severity at least", s.severity}, {"actor with", s.actor},
	} {
		if f.value != "" {
			out = append(out, f.name+" "+f.value)
		}
	}
	return strings.Join(out, ", ")
}

// momentOf reads a time: so long before now, a day, or a moment.
func momentOf(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	const most = 100 * 366
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 && n <= most {
			return now.Add(-time.Duration(n) * 24 * time.Hour).UTC(), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d).UTC(), nil
	}
	return time.Time{}, usage("%s %q: want how long ago, such as 36h or 7d, a day such as 2026-11-01, or a moment such as 2026-11-01T12:00:00Z", flag, text)
}

// lets reports what the ledger's own query cannot say.
func (c choice) lets(in ledger.Incident) bool {
	a := in.Finding.Actor
	return (c.until.IsZero() || in.Times.Received.Before(c.until)) &&
		(c.account == "" || in.Account == c.account) &&
		in.Severity >= c.severity &&
		(c.actor == "" || strings.Contains(strings.ToLower(strings.Join([]string{in.Actor, a.Name, a.ARN, a.Source}, "\n")), c.actor)) &&
		(!c.leads || in.PartOf == "")
}

// all reports whether the ledger's own query says everything.
func (c choice) all() bool {
	return c.until.IsZero() && c.account == "" && c.severity == detect.Inherit && c.actor == "" && !c.leads
}

// find lists the incidents that are chosen, as many as are asked for: what is let through may stand behind hundreds that
// are not. more says that the limit left some out. Each try reads four times as much as the one before, so that all of them
// together cost a third more than the last.
func (c choice) find(ctx context.Context, s ledger.Store) (found []ledger.Incident, more bool, err error) {
	const grow = 4
	want := min(c.query.Limit, 1<<30)
	q := c.query
	for q.Limit = want + 1; ; q.Limit *= grow {
		listed, err := s.List(ctx, q)
		if err != nil {
			return nil, false, fmt.Errorf("list incidents: %w", err)
		}
		end := len(listed) < q.Limit
		found = slices.DeleteFunc(listed, func(in ledger.Incident) bool { return !c.lets(in) })
		if end || c.all() || len(found) > want {
			return found[:min(len(found), want)], len(found) > want, nil
		}
	}
}

// end is when the period ends that is chosen.
func (c choice) end(now time.Time) time.Time {
	if c.until.IsZero() {
		return now.UTC()
	}
	return c.until.UTC()
}
