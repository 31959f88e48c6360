package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"riposte/pkg/webreport"
)

func newReport(p *Process) *cobra.Command {
	var store ledgerFlag
	var choose selection
	var out string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write the incidents of a period as one HTML page",
		Long: `Writes the incidents of a period as one HTML page: numbers, charts, a timeline, filters, and each incident with who, where, why, what
was decided and changed, and its history. The page is one file that asks for nothing from elsewhere, so it can be sent and
kept. It holds names of people and resources: keep it as you keep your logs.`,
		Example: `  riposte report --since 30d --out incidents.html
  riposte report --ledger dynamodb:Riposte-Ledger --since 2026-11-01 --until 2026-12-01 --out november.html
  riposte report --account 111122223333 --severity high --out - > grave.html`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := choose.read(p.Now())
			if err != nil {
				return err
			}
			if out == "-" && terminal(p.Stdout) {
				return usage("--out -: a page is not for a terminal: name a file")
			}
			s, err := store.open(p, newSession(cmd.Context()).config)
			if err != nil {
				return err
			}
			defer s.Close()
			incidents, more, err := c.find(cmd.Context(), s)
			if err != nil {
				return err
			}
			r := webreport.Report{
				Incidents: incidents, Since: c.query.Since, Until: c.end(p.Now()), Made: p.Now(), Ledger: store.title(),
				Chosen: choose.words(), LeftOut: more,
			}
			if n := len(incidents); n > 0 && r.Since.IsZero() {
				r.Since = incidents[n-1].Times.Received
			}
			return writeReport(p, r, out)
		},
	}
	choose.flags(cmd, "30d", 10000)
	store.flags(cmd)
	cmd.Flags().StringVar(&out, "out", "riposte-report.html", "the `FILE` to write, or - for standard output")
	return cmd
}

// title names the ledger for people who did not run the command: a path of this machine is not for them.
func (l *ledgerFlag) title() string {
	switch {
	case l.deployed():
		return l.name
	case l.name == "":
		return "of this machine"
	}
	return filepath.Base(l.name)
}

// writeReport writes the page, whole or not at all.
func writeReport(p *Process, r webreport.Report, path string) error {
	var page bytes.Buffer
	done, err := r.Write(&page)
	if err != nil {
		return err
	}
	if done.LeftOut > 0 || r.LeftOut {
		fmt.Fprintln(p.Stderr, "riposte: the page does not hold all incidents of the period; it says so. Choose a shorter period, a filter, or another --limit")
	}
	if path == "-" {
		_, err := io.Copy(p.Stdout, &page)
		return err
	}
	const ownerOnly = 0o600 // it names people and resources
	if err := os.WriteFile(path, page.Bytes(), ownerOnly); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	fmt.Fprintf(p.Stderr, "riposte: wrote %d incidents to %s\n", done.Incidents, printable(path))
	return nil
}
