package cli

import (
	"bufio"
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger/memory"
)

// findingLine is one line of "riposte detect".
type findingLine struct {
	Rule        string          `json:"rule"`
	Class       string          `json:"class"`
	Severity    detect.Severity `json:"severity"`
	Title       string          `json:"title"`
	Summary     string          `json:"summary"`
	EventID     string          `json:"event_id"`
	EventName   string          `json:"event_name"`
	EventSource string          `json:"event_source"`
	EventTime   *time.Time      `json:"event_time"` // null where the record has none
	Account     string          `json:"account"`
	Region      string          `json:"region"`
	Actor       string          `json:"actor"`
	Resource    string          `json:"resource"`
	Mode        decide.Mode     `json:"mode"`
	Reason      string          `json:"reason"`
	Judged      bool            `json:"judged"` // false where the payload could not be judged
	// EventIDs are the events that a finding counts, where it is told because there are many.
	EventIDs []string `json:"event_ids,omitempty"`
}

func newDetect(p *Process) *cobra.Command {
	var in input
	var policy policyFlags
	cmd := &cobra.Command{
		Use:   "detect PATH…",
		Short: "Look for risky changes in CloudTrail files",
		Long: `Looks for risky changes in CloudTrail files and writes one JSON object a line for each finding, with the mode that your
policy gives it and the reason. Nothing is changed and no AWS account is called.

` + pathHelp,
		Example: `  riposte detect events/iam/CreateAccessKey.other-user.json
  riposte detect --stance enforce ~/trail/ | jq 'select(.severity=="CRITICAL")'
  zcat trail.json.gz | riposte detect -`,
		Args: atLeastOnePath,
		RunE: func(cmd *cobra.Command, paths []string) error {
			cfg, rules, err := policy.load()
			if err != nil {
				return err
			}
			index := rules.Index(cfg)
			decider := decide.New(cfg, policy.options(cfg))
			out := bufio.NewWriter(p.Stdout)
			enc := encoder(out)
			series := engine.Series{Store: memory.New(p.Now)}
			unreadable, err := in.each(cmd.Context(), p, paths, index.WantsRecord, func(ev *cloudtrail.Event) error {
				for _, f := range index.Match(ev) {
					f, events, told, err := inNumbers(cmd.Context(), series, f)
					if err != nil {
						return err
					}
					if !told {
						continue
					}
					line := lineOf(f, decider.Decide(f, decide.Facts{Now: p.Now(), Untrusted: engine.Untrusted(ev)}))
					if len(events) > 1 {
						line.EventIDs = events
					}
					if err := enc.Encode(line); err != nil {
						return err
					}
				}
				return nil
			})
			if err := errors.Join(err, out.Flush()); err != nil {
				return err
			}
			if unreadable && in.strict {
				return errFailed
			}
			return nil
		},
	}
	in.flags(cmd)
	policy.flags(cmd)
	return cmd
}

// inNumbers returns a finding that matters in numbers where it fills a window, and the events that do; any other as it is.
func inNumbers(ctx context.Context, series engine.Series, f detect.Finding) (detect.Finding, []string, bool, error) {
	if f.Rate == nil {
		return f, nil, true, nil
	}
	return series.First(ctx, f)
}

func lineOf(f detect.Finding, d decide.Decision) findingLine {
	line := findingLine{
		Rule: f.Rule, Class: f.Class, Severity: f.Severity, Title: f.Title, Summary: f.Summary,
		EventID: f.Event.ID, EventName: f.Event.Name, EventSource: f.Event.Source,
		Account: f.Event.Account, Region: f.Event.Region, Actor: f.Actor.ARN, Resource: f.Resource.String(),
		Mode: d.Mode, Reason: d.Reason, Judged: f.Unjudged == "",
	}
	if line.Actor == "" {
		line.Actor = f.Actor.Name
	}
	if !f.Event.Time.IsZero() {
		line.EventTime = &f.Event.Time
	}
	return line
}

func atLeastOnePath(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("name at least one PATH, or - for standard input")
	}
	return nil
}
