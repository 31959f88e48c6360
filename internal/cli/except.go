package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/engine"
	"riposte/pkg/ledger"
)

func newExcept(p *Process) *cobra.Command {
	var store ledgerFlag
	var config, bus, by, reason string
	var length time.Duration
	cmd := &cobra.Command{
		Use:   "except ID",
		Short: "Neither tell nor act on the same by the same principal for a while",
		Long: `Makes an exception of an incident: for a while, what the same principal does in the same account is neither told nor acted on by
the same rule. It is recorded all the same, and counted. The incident itself stays as it is. Nothing covers what could not be
judged, or what has to do with a break-glass principal. What is to hold longer than a week belongs into riposte.yaml.`,
		Example: "  riposte except inc-0123456789abcdef --for 24h --reason 'migration, ticket 4711'",
		Args:    oneIncident,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usage("say why with --reason, so that others understand it later")
			}
			if length <= 0 || length > engine.MaxException {
				return usage("--for %s: want up to %s; what holds longer belongs into riposte.yaml", length, engine.MaxException)
			}
			return withRemediator(cmd.Context(), p, store, bus, config, func(r *engine.Remediator, aws *session) error {
				_, x, err := r.Except(cmd.Context(), args[0], aws.person(by, p.Getenv("USER")), reason, length)
				if err != nil {
					return err
				}
				return encoder(p.Stdout).Encode(x)
			})
		},
	}
	store.flags(cmd)
	cmd.Flags().DurationVar(&length, "for", 24*time.Hour, "how `LONG` it holds")
	cmd.Flags().StringVar(&reason, "reason", "", "`WHY` it is fine (required)")
	cmd.Flags().StringVar(&config, "config", "", "the configuration `FILE` (default "+configFile+" where it exists)")
	cmd.Flags().StringVar(&bus, "bus", "", "the `NAME` of a deployed system's bus, for the messages")
	cmd.Flags().StringVar(&by, "by", "", "your `NAME` for the history (default: the ARN of the credentials, or else $USER)")
	return cmd
}

// madeLine is one line of "riposte exceptions".
type madeLine struct {
	engine.Exception
	Covered int `json:"covered"` // incidents that it has covered, of those that the ledger remembers
}

func newExceptions(p *Process) *cobra.Command {
	var store ledgerFlag
	cmd := &cobra.Command{
		Use:   "exceptions",
		Short: "List the exceptions that people made, or end one",
		Long: `Lists the exceptions that people made with "riposte except" or in Slack and that hold, and how many incidents each has covered:
one JSON object a line, or a table on a terminal. "riposte config exceptions" lists those of the configuration.`,
		Example: "  riposte exceptions --ledger dynamodb:Riposte-Ledger\n  riposte exceptions end exc-0123456789ab",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			list, err := engine.Exceptions{Slots: s, Now: p.Now}.List(cmd.Context())
			if err != nil {
				return err
			}
			suppressed, err := s.List(cmd.Context(), ledger.Query{State: ledger.Suppressed, Limit: maxCovered})
			if err != nil {
				return err
			}
			covered := map[string]int{}
			for _, in := range suppressed {
				covered[in.Exception]++
			}
			return writeMade(p, list, covered)
		},
	}
	store.flags(cmd)
	cmd.AddCommand(newEndException(p))
	return cmd
}

func writeMade(p *Process, list []engine.Exception, covered map[string]int) error {
	if !terminal(p.Stdout) {
		out := encoder(p.Stdout)
		for _, x := range list {
			if err := out.Encode(madeLine{x, covered[x.Key]}); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tRULE\tACCOUNT\tPRINCIPAL\tOWNER\tEXPIRES\tCOVERED\tREASON")
	for _, x := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", x.Key, x.Rule, printable(x.Account), printable(x.Principal), printable(x.Owner),
			x.Expires.UTC().Format(time.RFC3339), covered[x.Key], printable(x.Reason))
	}
	return w.Flush()
}

func newEndException(p *Process) *cobra.Command {
	var store ledgerFlag
	cmd := &cobra.Command{
		Use:     "end KEY",
		Short:   "End an exception before its time",
		Long:    `Ends an exception that somebody made, by its key. It writes the exception that was ended.`,
		Example: "  riposte exceptions end exc-0123456789ab --ledger dynamodb:Riposte-Ledger",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			x, err := engine.Exceptions{Slots: s, Now: p.Now}.End(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return encoder(p.Stdout).Encode(x)
		},
	}
	store.flags(cmd)
	return cmd
}
