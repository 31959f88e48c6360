package cli

import (
	"github.com/spf13/cobra"

	"riposte/internal/demo"
)

func newDemo(p *Process) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play attack stories on a simulated account",
		Long: `Plays attack stories on a simulated account that is part of this program: the event, the finding, the decision with its
reason, the change before and after, what was read back to verify it, the message in Slack, and undo. Nothing leaves this
machine and no AWS account is needed. The colours of a terminal are left out where NO_COLOR is set.`,
		Example: "  riposte demo\n  riposte demo --json | jq -r '.incidents[] | [.rule, .mode, .state] | @tsv'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				out := encoder(p.Stdout)
				return demo.Play(cmd.Context(), func(s demo.Story) error { return out.Encode(s) })
			}
			printer := &demo.Printer{Out: p.Stdout, Colour: p.colour(p.Stdout)}
			if err := demo.Play(cmd.Context(), printer.Story); err != nil {
				return err
			}
			return printer.Summary()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON object a line for each story, for machines")
	return cmd
}
