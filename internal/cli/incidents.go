package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/ledger"
)

func newIncidents(p *Process) *cobra.Command {
	var store ledgerFlag
	var state, rule string
	var limit int
	list := func(cmd *cobra.Command, _ []string) error {
		s, err := store.open(p, newSession(cmd.Context()).config)
		if err != nil {
			return err
		}
		defer s.Close()
		incidents, err := s.List(cmd.Context(), ledger.Query{State: ledger.State(state), Rule: rule, Limit: limit})
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
		cmd.Flags().StringVar(&rule, "rule", "", "only incidents of this `RULE`, such as IAM-002")
		cmd.Flags().IntVar(&limit, "limit", 100, "at most this many, the newest first")
		store.flags(cmd)
	}
	cmd := &cobra.Command{
		Use:   "incidents",
		Short: "List incidents, or show one",
		Long: `Lists incidents, the newest first: one JSON object a line, or a table on a terminal. "riposte incidents show ID" writes one
incident whole, with its changes before and after.`,
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

func newShow(p *Process) *cobra.Command {
	var store ledgerFlag
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Show one incident whole",
		Example: `  riposte incidents show inc-0123456789abcdef`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			in, err := s.Get(cmd.Context(), args[0])
			if err != nil {
				return fmt.Errorf("incident %q: %w", args[0], err)
			}
			out := encoder(p.Stdout)
			out.SetIndent("", "  ")
			return out.Encode(in)
		},
	}
	store.flags(cmd)
	return cmd
}

func incidentTable(p *Process, incidents []ledger.Incident) error {
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tRECEIVED\tSEVERITY\tRULE\tSTATE\tMODE\tACCOUNT\tRESOURCE")
	for _, in := range incidents {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", in.ID, in.Times.Received.Local().Format(time.DateTime), in.Severity,
			in.Rule, in.State, in.Mode, in.Account, printable(in.Resource))
	}
	return w.Flush()
}
