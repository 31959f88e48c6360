package cli

import (
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
	var choose selection
	var format string
	list := func(cmd *cobra.Command, _ []string) error {
		c, err := choose.read(p.Now())
		if err != nil {
			return err
		}
		table, err := forPeople(p, format)
		if err != nil {
			return err
		}
		s, err := store.open(p, newSession(cmd.Context()).config)
		if err != nil {
			return err
		}
		defer s.Close()
		if rule := c.query.Rule; rule != "" && !hasRule(p, rule) { // the ledger may remember one that an earlier version had
			fmt.Fprintf(p.Stderr, "riposte: this version has no rule %q\n", rule)
		}
		incidents, more, err := c.find(cmd.Context(), s)
		if err != nil {
			return err
		}
		if table {
			if more {
				defer fmt.Fprintf(p.Stderr, "riposte: there are more than these %d: raise --limit, or choose\n", len(incidents))
			}
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
		choose.flags(cmd, "", 100)
		cmd.Flags().BoolVar(&choose.leads, "leads", false, "leave out what is part of another incident's chain: its timeline names it")
		formatFlag(cmd, &format)
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
  riposte incidents --since 24h --severity high --account 111122223333
  riposte incidents show inc-0123456789abcdef
  riposte incidents --ledger dynamodb:Riposte-Ledger | jq -r .summary`,
		Args: cobra.NoArgs,
		RunE: list,
	}
	listFlags(cmd)
	sub := &cobra.Command{Use: "list", Short: "List incidents, the newest first", Args: cobra.NoArgs, RunE: list}
	listFlags(sub)
	cmd.AddCommand(sub, newShow(p, "riposte incidents show"))
	return cmd
}

// formatFlag lets a person have the text of a terminal in a file, and a script JSON on a terminal.
func formatFlag(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", "", "write this `FORMAT`: text or json (default: text on a terminal, json elsewhere)")
	completeFlag(cmd, "format", "text", "json")
}

// forPeople reports whether to write for people.
func forPeople(p *Process, format string) (bool, error) {
	switch format {
	case "":
		return terminal(p.Stdout), nil
	case "text", "json":
		return format == "text", nil
	}
	return false, usage("--format %q: want text or json", format)
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

func newShow(p *Process, example string) *cobra.Command {
	var store ledgerFlag
	var format string
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one incident whole",
		Long: `Shows one incident whole: as JSON, or for a person on a terminal, with what people are still to be told and what one can do now.
Messages that the bus has taken are no longer in the incident.`,
		Example: "  " + example + " inc-0123456789abcdef\n  " + example + " inc-0123456789abcdef --ledger dynamodb:Riposte-Ledger | jq .chain.timeline",
		Args:    oneIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := forPeople(p, format)
			if err != nil {
				return err
			}
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			in, err := s.Get(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if text {
				if err := writeIncident(p.Stdout, in); err != nil {
					return err
				}
				return writeNext(p.Stdout, in, store)
			}
			out := encoder(p.Stdout)
			out.SetIndent("", "  ")
			return out.Encode(in)
		},
	}
	formatFlag(cmd, &format)
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
