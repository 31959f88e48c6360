package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"riposte/pkg/engine"
)

func newSettle(p *Process) *cobra.Command {
	var store ledgerFlag
	var config, bus string
	cmd := &cobra.Command{
		Use:   "settle",
		Short: "Keep or undo the containments about which nobody has decided in time",
		Long: `Keeps or undoes the containments about which nobody has decided in time, as "contain" in riposte.yaml says: run it from a
schedule. It also finishes undos whose process died. It writes each incident that it settles as one JSON object a line. While
Riposte is stopped nothing is undone.`,
		Example: "  riposte settle --ledger dynamodb:Riposte-Ledger --bus riposte",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := readConfig(config)
			if err != nil {
				return err
			}
			if cfg.Silence.After == 0 {
				fmt.Fprintln(p.Stderr, `riposte: the configuration does not say what becomes of containments on silence (contain): they wait`)
			}
			return withRemediator(cmd.Context(), p, store, bus, config, func(r *engine.Remediator, _ *session) error {
				settled, err := r.Settle(cmd.Context(), engine.Silence{After: cfg.Silence.After, Undo: cfg.Silence.Undo})
				out := encoder(p.Stdout)
				for _, in := range settled {
					if err := out.Encode(in); err != nil {
						return err
					}
				}
				return err
			})
		},
	}
	store.flags(cmd)
	cmd.Flags().StringVar(&config, "config", "", "the configuration `FILE` (default "+configFile+" where it exists)")
	cmd.Flags().StringVar(&bus, "bus", "", "the `NAME` of a deployed system's bus, for the messages")
	return cmd
}
