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
}

func (f *policyFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "the configuration `FILE` (default "+configFile+" where it exists)")
	cmd.Flags().StringVar(&f.stance, "stance", "", "observe, guard or enforce: overrides the configuration's `STANCE`")
	cmd.Flags().DurationVar(&f.maxAge, "max-age", 0,
		"only alert about events older than this `DURATION`, such as 1h (default: the configuration's max_event_age if it sets one, otherwise no limit, because a person chose the events)")
}

// load reads the configuration. Unlike the deployed detector, which must go on alerting, a command stops at a
// configuration that it cannot read.
func (f *policyFlags) load() (*config.Config, error) {
	cfg, err := readConfig(f.config)
	if err != nil {
		return nil, err
	}
	if f.stance != "" {
		stance, err := config.ParseStance(f.stance)
		if err != nil {
			return nil, usage("--stance: %w", err)
		}
		cfg.OverrideStance(stance)
	}
	return cfg, nil
}

func readConfig(path string) (*config.Config, error) {
	if path == "" {
		if _, err := os.Stat(configFile); errors.Is(err, os.ErrNotExist) {
			return config.Default(), nil
		}
		path = configFile
	}
	cfg, err := config.Load(path)
	if err != nil {
		return nil, err
	}
	return cfg, catalog.CheckConfig(cfg)
}

// options are decide's for a command that a person runs on chosen events.
func (f *policyFlags) options(cfg *config.Config) decide.Options {
	o := decide.Options{}
	if age := f.maxAge; age > 0 || !cfg.Limits.MaxEventAgeSet {
		o.MaxEventAge = &age
	}
	return o
}
