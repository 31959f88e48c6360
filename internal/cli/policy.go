package cli

import (
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
)

// configFile is where the configuration is looked for when --config is not given.
const configFile = "riposte.yaml"

// policyFlags choose the operator's policy.
type policyFlags struct {
	config string
	stance string
	maxAge time.Duration
	aged   func() bool // whether --max-age was given
}

func (f *policyFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "the configuration `FILE` (default "+configFile+" where it exists)")
	cmd.Flags().StringVar(&f.stance, "stance", "", "observe, guard or enforce: overrides the configuration's `STANCE`")
	completeFlag(cmd, "stance", config.Observe, config.Guard, config.Enforce)
	cmd.Flags().DurationVar(&f.maxAge, "max-age", 0,
		"only alert about events older than this `DURATION`, such as 1h; 0 for no limit (default: the configuration's max_event_age where it sets one)")
	f.aged = func() bool { return cmd.Flags().Changed("max-age") }
}

// load reads the configuration. Unlike the deployed detector, which must go on alerting, a command stops at a
// configuration that it cannot read.
func (f *policyFlags) load() (*config.Config, *catalog.Set, error) {
	if f.maxAge < 0 {
		return nil, nil, usage("--max-age %s: want no less than 0", f.maxAge)
	}
	cfg, err := readConfig(f.config)
	if err != nil {
		return nil, nil, err
	}
	rules, err := catalog.Load(cfg)
	if err != nil {
		return nil, nil, err
	}
	if f.stance != "" {
		stance, err := config.ParseStance(f.stance)
		if err != nil {
			return nil, nil, usage("--stance: %w", err)
		}
		cfg.OverrideStance(stance)
	}
	return cfg, rules, nil
}

func readConfig(path string) (*config.Config, error) {
	if path == "" {
		if _, err := os.Stat(configFile); errors.Is(err, os.ErrNotExist) {
			return config.Default(), nil
		}
		path = configFile
	}
	return config.Load(path)
}

// options are decide's for a command that a person runs on chosen events.
func (f *policyFlags) options(cfg *config.Config) decide.Options {
	o := decide.Options{}
	if age := f.maxAge; f.aged() || !cfg.Limits.MaxEventAgeSet {
		o.MaxEventAge = &age
	}
	return o
}
