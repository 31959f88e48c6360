package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/ledger"
	"riposte/pkg/notify/route"
)

// silenceLine is one line of "riposte config silences".
type silenceLine struct {
	Key      string     `json:"key"`
	Matches  string     `json:"matches"` // its conditions, in words
	Owner    string     `json:"owner"`
	Reason   string     `json:"reason"`
	Until    time.Time  `json:"until"`
	Holds    bool       `json:"holds"`
	About    int        `json:"about"`              // incidents that it is about, of those that the ledger remembers
	Last     *time.Time `json:"last,omitempty"`     // when the last of them was received
	Position string     `json:"position"`           // file, line and column
	More     bool       `json:"and_more,omitempty"` // the ledger holds more than were looked at
}

func newConfigSilences(p *Process) *cobra.Command {
	var store ledgerFlag
	var file string
	cmd := &cobra.Command{
		Use:   "silences",
		Short: "List the silences, and how many incidents each is about",
		Long: `Lists the silences of the configuration, and how many incidents of the ledger each is about, whether or not it held when they
came: one JSON object a line, or a table on a terminal. One that is about nothing is not needed; one that is about much may
hide what people should see.`,
		Example: "  riposte config silences --ledger dynamodb:Riposte-Ledger",
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
			incidents, err := s.List(cmd.Context(), ledger.Query{Limit: maxCovered})
			if err != nil {
				return err
			}
			router := route.New(cfg)
			w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			if terminal(p.Stdout) {
				fmt.Fprintln(w, "KEY\tMATCHES\tOWNER\tUNTIL\tHOLDS\tABOUT\tREASON")
			}
			for _, m := range cfg.Notify.Silences {
				line := silenceLine{
					Key: m.Key(), Matches: m.String(), Owner: m.Owner, Reason: m.Reason, Until: m.Until, Holds: m.Holds(p.Now()),
					Position: m.Pos.String(), More: len(incidents) == maxCovered,
				}
				for _, in := range incidents {
					if in.State == ledger.Suppressed || !router.Mutes(m, in) {
						continue
					}
					if line.About++; line.Last == nil || in.Times.Received.After(*line.Last) {
						line.Last = &in.Times.Received
					}
				}
				if terminal(p.Stdout) {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%t\t%d\t%s\n", line.Key, printable(line.Matches), printable(line.Owner),
						line.Until.Format(time.DateOnly), line.Holds, line.About, printable(line.Reason))
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
