// Package cli is the command line of riposte. Everything that it takes from its surroundings is in a Process, so that
// tests run the real commands in one process.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// A Process is what a command needs from the process that runs it.
type Process struct {
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	Now    func() time.Time
}

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1 // something failed or was refused
	exitUsage  = 2 // wrong usage
)

// errFailed says that something failed that has been reported already.
var errFailed = errors.New("something failed")

// A usageError is a mistake in how the command was called.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usage makes an error that exits with status 2.
func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// Run runs one command and returns the exit status.
func Run(ctx context.Context, p Process) int {
	root := newRoot(&p) //nolint:contextcheck // each command takes the context that cobra gives it
	root.SetArgs(p.Args)
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	ran := false
	root.PersistentPreRun = func(*cobra.Command, []string) { ran = true }
	err := root.ExecuteContext(ctx)
	var wrong *usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.As(err, &wrong) || !ran: // cobra's own errors come before any command runs
		fmt.Fprintf(p.Stderr, "riposte: %v\nRun \"riposte --help\" or \"riposte COMMAND --help\" for usage.\n", err)
		return exitUsage
	default:
		fmt.Fprintf(p.Stderr, "riposte: %v\n", err)
		return exitFailed
	}
}

func newRoot(p *Process) *cobra.Command {
	root := &cobra.Command{
		Use:   "riposte",
		Short: "Watches AWS accounts, reverses risky changes, proves it, and can undo it",
		Long: `Riposte watches AWS accounts through CloudTrail. When somebody makes a risky change it decides under your policy,
reverses exactly that change, proves that the reversal holds, keeps the means to undo it, and tells your team.

Commands write JSON lines on standard output, and prose and progress on standard error.
Exit status: 0 done, 1 something failed or was refused, 2 wrong usage.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(
		newDemo(p), newDetect(p), newRespond(p),
		newIncidents(p), newApprove(p), newDismiss(p), newKeep(p), newUndo(p), newStop(p), newResume(p),
		newRules(p), newActions(p), newPolicy(p), newConfig(p), newVersion(p),
	)
	return root
}

// terminal reports whether a stream is a terminal.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour reports whether a stream may be coloured: a terminal, unless NO_COLOR is set. See https://no-color.org.
func (p *Process) colour(stream any) bool { return terminal(stream) && p.Getenv("NO_COLOR") == "" }
