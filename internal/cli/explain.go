package cli

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
)

// explanation is one line of "riposte config explain".
type explanation struct {
	findingLine
	Action     string        `json:"action,omitempty"`
	Suppressed bool          `json:"suppressed,omitempty"`
	Counts     string        `json:"counts,omitempty"` // how many like it are told, where one alone is not
	Guards     []decide.Step `json:"guards"`
	Told       *told         `json:"told,omitempty"` // whom the message would reach; absent where nobody is told
}

func newConfigExplain(p *Process) *cobra.Command {
	var in input
	var policy policyFlags
	cmd := &cobra.Command{
		Use:   "explain EVENT",
		Short: "Say what the configuration decides about an event, and why",
		Long: `Says for each finding of an event what is decided and why, with every guard that was asked, in their order, and whom the
message would reach by which routes: one JSON object a line, or text on a terminal. EVENT is a PATH:

` + pathHelp + `

The kill switch, the breaker, the journal and the incident's chain stand in the ledger; they are not looked at.`,
		Example: `  riposte config explain events/iam/CreateAccessKey.other-user.json
  riposte config explain --stance enforce event.json | jq '.guards[] | select(.decided)'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("name one EVENT, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, paths []string) error {
			cfg, rules, err := policy.load()
			if err != nil {
				return err
			}
			index := rules.Index(cfg)
			decider, teller := decide.New(cfg, policy.options(cfg)), newTeller(cfg)
			events, quiet := 0, 0
			every := func([]byte) bool { return true }
			unreadable, err := in.each(cmd.Context(), p, paths, every, func(ev *cloudtrail.Event) error {
				findings := index.Match(ev)
				events++
				if len(findings) == 0 {
					quiet++
				}
				for _, f := range findings {
					if err := explain(p, decider, teller, f, engine.Untrusted(ev)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			switch {
			case events == 0:
				fmt.Fprintf(p.Stderr, "no event in %s\n", paths[0])
			case quiet > 0:
				fmt.Fprintf(p.Stderr, "no rule finds anything in %d of %d events\n", quiet, events)
			}
			if unreadable && (in.strict || events == 0) {
				return errFailed
			}
			return nil
		},
	}
	in.flags(cmd)
	policy.flags(cmd)
	return cmd
}

func explain(p *Process, decider *decide.Policy, teller teller, f detect.Finding, untrusted string) error {
	d, steps := decider.Explain(f, decide.Facts{Now: p.Now(), Untrusted: untrusted})
	line := explanation{findingLine: lineOf(f, d), Action: d.Action, Suppressed: d.Suppressed, Guards: steps}
	if r := f.Rate; r != nil && r.Threshold > 1 {
		line.Counts = fmt.Sprintf("told from %d %s within %s", r.Threshold, r.Noun, r.Window)
	}
	if !d.Suppressed && d.Mode != decide.Off {
		line.Told = teller.tell(f, p.Now())
	}
	if !terminal(p.Stdout) {
		return encoder(p.Stdout).Encode(line)
	}
	return line.write(p.Stdout, f, d)
}

// write writes the explanation for a person.
func (line explanation) write(out io.Writer, f detect.Finding, d decide.Decision) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s %s %s\n", f.Severity, f.Rule, f.Title)
	fmt.Fprintf(w, "  what\t%s\n  who\t%s\n", printable(f.Summary), printable(line.Actor))
	fmt.Fprintf(w, "  event\t%s %s in %s, %s\n", printable(f.Event.ID), printable(f.Event.Name), printable(f.Event.Account),
		f.Event.Time.UTC().Format(time.RFC3339))
	if line.Counts != "" {
		fmt.Fprintf(w, "  counts\t%s\n", line.Counts)
	}
	fmt.Fprintf(w, "  decision\t%s\n", verdict(d))
	for _, s := range line.Guards {
		mark := "passes"
		if s.Decided {
			mark = "decides"
		}
		fmt.Fprintf(w, "  %s\t%s: %s\n", s.Guard, mark, printable(s.Note))
	}
	if line.Told != nil {
		line.Told.write(w)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// verdict says in a word or two what comes of a finding.
func verdict(d decide.Decision) string {
	switch {
	case d.Suppressed:
		return "recorded, not told"
	case d.Action != "":
		return string(d.Mode) + " (" + d.Action + ")"
	}
	return string(d.Mode)
}
