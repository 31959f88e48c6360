package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

func newConfig(p *Process) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check the configuration, or explain what it decides",
		Long: `Checks riposte.yaml, explains what it decides about an event, and writes its JSON Schema for editors. A commented example
with every key is riposte.example.yaml.`,
		Example: `  riposte config validate
  riposte config explain event.json
  riposte config schema > riposte.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigValidate(p), newConfigExplain(p), newConfigSchema(p), newConfigFiles(p), newConfigExceptions(p),
		newConfigSilences(p))
	return cmd
}

func newConfigValidate(p *Process) *cobra.Command {
	return &cobra.Command{
		Use:   "validate [FILE]",
		Short: "Check the configuration: every mistake at once",
		Long: `Checks a configuration and reports every mistake at once, with file, line and column: unknown and repeated keys, wrong
values, rules and actions that this version does not have, and what is wrong with rules of your own. What does nothing is a
warning: an exception or silence that has expired, a route that is never reached, a receiver that no route names, a list of
regions that no rule looks at.`,
		Example: "  riposte config validate\n  riposte config validate riposte.example.yaml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := configFile
			if len(args) == 1 {
				path = args[0]
			}
			return validate(p, path)
		},
	}
}

func validate(p *Process, path string) error {
	cfg, err := config.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; without a configuration everything alerts", err)
	}
	var rules *catalog.Set
	if err == nil {
		rules, err = catalog.Load(cfg)
	}
	if err != nil {
		fmt.Fprintln(p.Stderr, err) // lines as compilers write them, so that editors find the place
		return errFailed
	}
	for _, w := range cfg.Warnings(p.Now()) {
		fmt.Fprintf(p.Stderr, "%s: warning: %s\n", w.Pos, w.Text)
	}
	if w := regionsWarning(cfg, rules); w != "" {
		fmt.Fprintf(p.Stderr, "%s: warning: %s\n", path, w)
	}
	_, err = fmt.Fprintf(p.Stdout, `%s: valid
stance %s; rules with a mode of their own: %d; accounts with settings of their own: %d
exceptions that hold: %d of %d; break-glass principals: %d; irreversible actions that may act: %d
acts on at most %d incidents an hour, %d in one account, %d of one rule there; on no event older than %s
`, path, cfg.Stance, len(cfg.Rules), len(cfg.Accounts), holding(cfg.Exceptions, p.Now()), len(cfg.Exceptions), len(cfg.BreakGlass), len(cfg.Irreversible),
		cfg.Limits.Total, cfg.Limits.PerAccount, cfg.Limits.PerRule, cfg.Limits.MaxEventAge)
	if n, a := cfg.Notify, cfg.Answers; len(n.Receivers)+len(n.Routes)+len(n.Silences)+len(a.Approvers) > 0 && err == nil {
		_, err = fmt.Fprintf(p.Stdout, "receivers beside the default: %d; routes: %d; silences that hold: %d of %d; approvers: %d\n",
			len(n.Receivers), len(n.Routes), holding(n.Silences, p.Now()), len(n.Silences), len(a.Approvers))
	}
	if own, broad := rules.Own(); own > 0 && err == nil {
		_, err = fmt.Fprintf(p.Stdout, "rules of your own: %d, of which %d have EventBridge deliver every event\n", own, broad)
	}
	return err
}

// holding counts what still holds.
func holding[T interface{ Holds(now time.Time) bool }](all []T, now time.Time) int {
	count := 0
	for _, one := range all {
		if one.Holds(now) {
			count++
		}
	}
	return count
}

// regionsWarning says that the list of regions and the only rule that reads it are not there together: neither does
// anything alone.
func regionsWarning(cfg *config.Config, rules *catalog.Set) string {
	const class = "write-in-unlisted-region"
	asked := slices.ContainsFunc(rules.Rules, func(r *detect.Rule) bool { return r.Class == class })
	switch {
	case asked && len(cfg.Regions) == 0:
		return class + " has a mode, but no regions are listed: it finds nothing; write regions: [us-east-1, …]"
	case !asked && len(cfg.Regions) > 0:
		return "regions are listed, but " + class + " has no mode: nothing looks at them; write rules: { " + class + ": { mode: alert } }"
	}
	return ""
}

func newConfigFiles(p *Process) *cobra.Command {
	return &cobra.Command{
		Use:   "files [FILE]",
		Short: "List the files that a configuration consists of",
		Long: `Lists the files that a configuration consists of, one a line: riposte.yaml and the rules of your own in the folder that it
names. A deployment packs them beside the detector.`,
		Example: "  riposte config files",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path := configFile
			if len(args) == 1 {
				path = args[0]
			}
			cfg, err := config.Load(path)
			if err != nil {
				return err
			}
			files, err := catalog.Files(cfg)
			for _, f := range files {
				fmt.Fprintln(p.Stdout, f)
			}
			return err
		},
	}
}

func newConfigSchema(p *Process) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Write the JSON Schema of the configuration",
		Long: `Writes the JSON Schema of riposte.yaml (draft 2020-12). Editors with a YAML language server use it where the first line of
riposte.yaml is "# yaml-language-server: $schema=FILE".`,
		Example: "  riposte config schema > riposte.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := p.Stdout.Write(config.Schema())
			return err
		},
	}
}
