package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/ledger"
)

// exceptionLine is one line of "riposte config exceptions".
type exceptionLine struct {
	Key      string     `json:"key"`
	Rule     string     `json:"rule"`
	Owner    string     `json:"owner"`
	Reason   string     `json:"reason"`
	Expires  time.Time  `json:"expires"`
	Holds    bool       `json:"holds"`
	Covered  int        `json:"covered"`            // incidents that it has covered, of those that the ledger remembers
	Last     *time.Time `json:"last,omitempty"`     // when it covered one last
	Position string     `json:"position"`           // file, line and column
	More     bool       `json:"and_more,omitempty"` // the ledger holds more than were looked at
}

// maxCovered is how many suppressed incidents are looked at.
const maxCovered = 10000

func newConfigExceptions(p *Process) *cobra.Command {
	var store ledgerFlag
	var file string
	cmd := &cobra.Command{
		Use:   "exceptions",
		Short: "List the exceptions, and how often each has covered something",
		Long: `Lists the exceptions of the configuration, and how many incidents of the ledger each has covered: one JSON object a line, or a
table on a terminal. One that covers nothing is not needed; one that has expired keeps Riposte from acting until it is renewed
or removed.`,
		Example: "  riposte config exceptions --ledger dynamodb:Riposte-Ledger",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := readConfig(file)
			if err != nil {
				return err
			}
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			suppressed, err := s.List(cmd.Context(), ledger.Query{State: ledger.Suppressed, Limit: maxCovered})
			if err != nil {
				return err
			}
			covered := map[string][]ledger.Incident{}
			for _, in := range suppressed {
				covered[in.Exception] = append(covered[in.Exception], in)
			}
			w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			if terminal(p.Stdout) {
				fmt.Fprintln(w, "KEY\tRULE\tOWNER\tEXPIRES\tHOLDS\tCOVERED\tREASON")
			}
			for _, e := range cfg.Exceptions {
				line := exceptionLine{
					Key: e.Key(), Rule: e.Rule, Owner: e.Owner, Reason: e.Reason, Expires: e.Expires, Holds: e.Holds(p.Now()),
					Position: e.Pos.String(), Covered: len(covered[e.Key()]), More: len(suppressed) == maxCovered,
				}
				if line.Covered > 0 {
					line.Last = &covered[line.Key][0].Times.Received
				}
				if terminal(p.Stdout) {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%t\t%d\t%s\n", line.Key, line.Rule, printable(line.Owner),
						line.Expires.Format(time.DateOnly), line.Holds, line.Covered, printable(line.Reason))
				} else if err := encoder(p.Stdout).Encode(line); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	store.flags(cmd)
	cmd.Flags().StringVar(&file, "config", "", "the configuration `FILE` (default "+configFile+" where it exists)")
	return cmd
}
