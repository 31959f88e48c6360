package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

func newIncidents(p *Process) *cobra.Command {
	var store ledgerFlag
	var state, rule string
	var limit int
	var leads bool
	list := func(cmd *cobra.Command, _ []string) error {
		query, err := queryOf(state, rule, limit)
		if err != nil {
			return err
		}
		s, err := store.open(p, newSession(cmd.Context()).config)
		if err != nil {
			return err
		}
		defer s.Close()
		if query.Rule != "" && !hasRule(p, query.Rule) { // the ledger may remember one that an earlier version had
			fmt.Fprintf(p.Stderr, "riposte: this version has no rule %q\n", query.Rule)
		}
		find := s.List
		if leads {
			find = leadsOf(s)
		}
		incidents, err := find(cmd.Context(), query)
		if err != nil {
			return err
		}
		if terminal(p.Stdout) {
			return incidentTable(p, incidents)
		}
		out := encoder(p.Stdout)
		for _, in := range incidents {
			if err := out.Encode(in); err != nil {
				return err
			}
		}
		return nil
	}
	listFlags := func(cmd *cobra.Command) {
		cmd.Flags().StringVar(&state, "state", "", "only incidents in this `STATE`, such as open, asked, remediated or failed")
		completeFlag(cmd, "state", ledger.States()...)
		cmd.Flags().StringVar(&rule, "rule", "", "only incidents of this `RULE`, by its ID, such as IAM-002")
		cmd.Flags().IntVar(&limit, "limit", 100, "at most this many, the newest first")
		cmd.Flags().BoolVar(&leads, "leads", false, "leave out what is part of another incident's chain: its timeline names it")
		store.flags(cmd)
	}
	cmd := &cobra.Command{
		Use:   "incidents",
		Short: "List incidents, or show one",
		Long: `Lists incidents, the newest first: one JSON object a line, or a table on a terminal. "riposte incidents show ID" writes one
incident whole, with its changes before and after.

A chain is what one actor did, or what was done with one principal, within a short time. Its first incident leads: "leads 5"
counts those of its timeline, and each of the others says which one it is part of.`,
		Example: `  riposte incidents --state failed
  riposte incidents show inc-0123456789abcdef
  riposte incidents --ledger dynamodb:Riposte-Ledger | jq -r .summary`,
		Args: cobra.NoArgs,
		RunE: list,
	}
	listFlags(cmd)
	sub := &cobra.Command{Use: "list", Short: "List incidents, the newest first", Args: cobra.NoArgs, RunE: list}
	listFlags(sub)
	cmd.AddCommand(sub, newShow(p))
	return cmd
}

// leadsOf lists incidents that are no part of another's chain, as many as are asked for: a lead may stand behind hundreds
// of its parts.
func leadsOf(s ledger.Store) func(context.Context, ledger.Query) ([]ledger.Incident, error) {
	return func(ctx context.Context, q ledger.Query) ([]ledger.Incident, error) {
		const more = 4
		for want := q.Limit; ; q.Limit *= more {
			incidents, err := s.List(ctx, q)
			if err != nil {
				return nil, err
			}
			all := len(incidents) < q.Limit
			incidents = slices.DeleteFunc(incidents, func(in ledger.Incident) bool { return in.PartOf != "" })
			if all || len(incidents) >= want {
				return incidents[:min(len(incidents), want)], nil
			}
		}
	}
}

// queryOf reads the flags that choose incidents. A word that no incident can have is wrong usage: nothing listed would
// pass for nothing there. A rule may be one that this version has no longer.
func queryOf(state, rule string, limit int) (ledger.Query, error) {
	q := ledger.Query{State: ledger.State(state), Rule: strings.ToUpper(rule), Limit: limit}
	if limit < 1 {
		return q, usage("--limit %d: want 1 or more", limit)
	}
	if state != "" && !slices.Contains(ledger.States(), q.State) {
		return q, usage("--state: no state %q; the states are %s", state, strings.Trim(fmt.Sprint(ledger.States()), "[]"))
	}
	return q, nil
}

func newShow(p *Process) *cobra.Command {
	var store ledgerFlag
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show one incident whole",
		Long:    `Shows one incident whole: as JSON, or for a person on a terminal.`,
		Example: "  riposte incidents show inc-0123456789abcdef\n  riposte incidents show inc-0123456789abcdef | jq .chain.timeline",
		Args:    oneIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			in, err := s.Get(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if terminal(p.Stdout) {
				return writeIncident(p.Stdout, in)
			}
			out := encoder(p.Stdout)
			out.SetIndent("", "  ")
			return out.Encode(in)
		},
	}
	store.flags(cmd)
	return cmd
}

func oneIncident(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("name one incident by its ID: \"riposte incidents\" lists them")
	}
	return nil
}

func incidentTable(p *Process, incidents []ledger.Incident) error {
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	chains := slices.ContainsFunc(incidents, func(in ledger.Incident) bool { return chained(in) != "-" })
	row := func(cells ...string) {
		if !chains {
			cells = cells[:len(cells)-1]
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	row("ID", "RECEIVED", "SEVERITY", "RULE", "STATE", "MODE", "ACCOUNT", "RESOURCE", "CHAIN")
	for _, in := range incidents {
		row(in.ID, in.Times.Received.UTC().Format(time.RFC3339), in.Severity.String(), in.Rule, string(in.State), in.Mode,
			printable(in.Account), printable(detect.Text(in.Resource)), chained(in))
	}
	return w.Flush()
}

// chained says how an incident belongs to others.
func chained(in ledger.Incident) string {
	switch {
	case in.PartOf != "":
		return "part of " + in.PartOf
	case in.Chain != nil && len(in.Chain.Timeline) > 1:
		return fmt.Sprintf("leads %d", len(in.Chain.Timeline))
	}
	return "-"
}
