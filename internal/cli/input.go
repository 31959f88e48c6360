package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/cloudtrail/logfile"
)

// input is what detect, respond and config explain read events from.
type input struct {
	strict bool
}

func (i *input) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&i.strict, "strict", false, "exit with status 1 when any input cannot be read")
}

const pathHelp = `PATH is a file, a folder (searched recursively) or - for standard input: a CloudTrail log file ({"Records":[…]}), one
record, or JSON lines of records or of EventBridge envelopes, each also gzipped. What cannot be read is reported with file
and line, and skipped.`

// each calls visit with every record that want takes. It reports what cannot be read on standard error and says
// whether there was any. A path that does not exist is an error after the others have been read, with or without
// --strict: whoever mistypes a name must not take silence for a clean account.
func (i *input) each(ctx context.Context, p *Process, paths []string, want func(record []byte) bool,
	visit func(*cloudtrail.Event) error,
) (unreadable bool, err error) {
	report := func(file string, line int, err error) {
		unreadable = true
		if line > 0 { // 0 where the whole file is meant
			file = fmt.Sprintf("%s:%d", file, line)
		}
		fmt.Fprintf(p.Stderr, "riposte: %s: %s; skipped\n", printable(file), printable(err.Error()))
	}
	options := logfile.Options{Stdin: p.Stdin, Problem: func(pr logfile.Problem) { report(pr.File, pr.Line, pr.Err) }}
	var missing []string
	for _, path := range paths {
		if path != "-" && !exists(path) {
			missing = append(missing, path)
			continue
		}
		err := logfile.Read(ctx, followed(path), options, func(e logfile.Entry) error {
			if !want(e.Raw) {
				return nil
			}
			ev, err := cloudtrail.DecodeAny(e.Raw)
			if err != nil {
				report(e.File, e.Line, err)
				return nil
			}
			return visit(ev)
		})
		if err != nil {
			return unreadable, err
		}
	}
	if len(missing) > 0 {
		return unreadable, fmt.Errorf("no such file or folder: %s", strings.Join(missing, ", "))
	}
	return unreadable, nil
}

// exists reports whether there is something of that name, be it readable or not.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) // ENOTDIR: below what is a file
}

// followed ends the name of a folder that is a link with a separator: a walk does not follow its first step otherwise,
// and would find nothing.
func followed(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() && !os.IsPathSeparator(path[len(path)-1]) {
		return path + string(os.PathSeparator)
	}
	return path
}
