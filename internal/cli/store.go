package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/bolt"
	"riposte/pkg/ledger/dynamo"
)

// ledgerFlag names the ledger.
type ledgerFlag struct{ name string }

func (l *ledgerFlag) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&l.name, "ledger", "",
		"a `FILE`, or dynamodb:TABLE for a deployed system (default $XDG_STATE_HOME/riposte/ledger.db, or ~/.local/state/…)")
}

// open opens the ledger. session gives the AWS configuration, which only a deployed ledger needs.
func (l *ledgerFlag) open(p *Process, session func() (aws.Config, error)) (ledger.Store, error) {
	if table, ok := strings.CutPrefix(l.name, "dynamodb:"); ok {
		if table == "" {
			return nil, usage("--ledger dynamodb: lacks the table's name: dynamodb:TABLE")
		}
		cfg, err := session()
		if err != nil {
			return nil, err
		}
		return dynamo.New(dynamodb.NewFromConfig(cfg), table, p.Now), nil
	}
	path := l.name
	if path == "" {
		var err error
		if path, err = defaultLedger(p); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // a name that is mistyped must not pass for an empty ledger
		fmt.Fprintf(p.Stderr, "riposte: no ledger at %s yet: making a new one\n", path)
	}
	return bolt.Open(path, p.Now)
}

// deployed reports whether the ledger is that of a deployed system.
func (l *ledgerFlag) deployed() bool { return strings.HasPrefix(l.name, "dynamodb:") }

// defaultLedger follows the XDG base directory specification, by which a path that is not absolute does not count.
func defaultLedger(p *Process) (string, error) {
	state := p.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home := cmp.Or(p.Getenv("HOME"), p.Getenv("USERPROFILE"))
		if home == "" {
			return "", errors.New("no place for the ledger, because HOME is not set: name one with --ledger")
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "riposte", "ledger.db"), nil
}
