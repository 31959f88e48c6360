// Package cli is the command line of riposte. Everything that it takes from its surroundings is in a Process, so that
// tests run the real commands in one process.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"riposte/pkg/engine"
)

// A Process is what a command needs from the process that runs it. One thing it cannot give: the AWS SDK reads the
// region, the credentials and the endpoint out of the real environment and the files of its user.
type Process struct {
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	Now    func() time.Time
	Sleep  engine.Sleep // nil to wait by the clock of the machine
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
		fmt.Fprintf(p.Stderr, "riposte: %s\nRun \"riposte --help\" or \"riposte COMMAND --help\" for usage.\n", printableLines(err.Error()))
		return exitUsage
	default:
		fmt.Fprintf(p.Stderr, "riposte: %s\n", printableLines(err.Error()))
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
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.AddCommand(
		newDemo(p), newDetect(p), newRespond(p),
		newIncidents(p), newShow(p, "riposte show"), newReport(p), newApprove(p), newDismiss(p), newKeep(p), newUndo(p), newExcept(p), newExceptions(p), newSettle(p), newRedrive(p), newHeartbeats(p), newStop(p), newResume(p),
		newRules(p), newActions(p), newPolicy(p), newConfig(p), newVersion(p),
	)
	root.SetHelpCommand(newHelp())
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" { // cobra's own shows its help, and no error, for a shell that it does not know
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	return root
}

// newHelp replaces cobra's help command, which takes a command that does not exist for done.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Explain a command",
		Long:    "Explains a command, as COMMAND --help does.",
		Example: "  riposte help respond\n  riposte help config explain",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usage("no command %q", strings.Join(args, " "))
			}
			about.InitDefaultHelpFlag() // as --help does
			return about.Help()
		},
	}
}

// sleep waits between two tries.
func (p *Process) sleep() engine.Sleep {
	if p.Sleep == nil {
		return engine.RealSleep
	}
	return p.Sleep
}

// terminal reports whether a stream is a terminal.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colour reports whether a stream may be coloured: a terminal, unless NO_COLOR is set. See https://no-color.org.
func (p *Process) colour(stream any) bool { return terminal(stream) && p.Getenv("NO_COLOR") == "" }
