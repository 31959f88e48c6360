package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
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
	cmd.AddCommand(newConfigValidate(p), newConfigExplain(p), newConfigSchema(p), newConfigFiles(p), newConfigExceptions(p))
	return cmd
}

func newConfigValidate(p *Process) *cobra.Command {
	return &cobra.Command{
		Use:   "validate [FILE]",
		Short: "Check the configuration: every mistake at once",
		Long: `Checks a configuration and reports every mistake at once, with file, line and column: unknown and repeated keys, wrong
values, rules and actions that this version does not have, and what is wrong with rules of your own. What does nothing is a
warning: an exception that has expired, a list of regions that no rule looks at.`,
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
	hold := 0
	for _, e := range cfg.Exceptions {
		if e.Holds(p.Now()) {
			hold++
		}
	}
	_, err = fmt.Fprintf(p.Stdout, `%s: valid
stance %s; rules with a mode of their own: %d; accounts with settings of their own: %d
exceptions that hold: %d of %d; break-glass principals: %d; irreversible actions that may act: %d
acts on at most %d incidents an hour, %d in one account, %d of one rule there; on no event older than %s
`, path, cfg.Stance, len(cfg.Rules), len(cfg.Accounts), hold, len(cfg.Exceptions), len(cfg.BreakGlass), len(cfg.Irreversible),
		cfg.Limits.Total, cfg.Limits.PerAccount, cfg.Limits.PerRule, cfg.Limits.MaxEventAge)
	if own, broad := rules.Own(); own > 0 && err == nil {
		_, err = fmt.Fprintf(p.Stdout, "rules of your own: %d, of which %d have EventBridge deliver every event\n", own, broad)
	}
	return err
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

// explanation is one line of "riposte config explain".
type explanation struct {
	findingLine
	Action     string        `json:"action,omitempty"`
	Suppressed bool          `json:"suppressed,omitempty"`
	Counts     string        `json:"counts,omitempty"` // how many like it are told, where one alone is not
	Guards     []decide.Step `json:"guards"`
}

func newConfigExplain(p *Process) *cobra.Command {
	var in input
	var policy policyFlags
	cmd := &cobra.Command{
		Use:   "explain EVENT",
		Short: "Say what the configuration decides about an event, and why",
		Long: `Says for each finding of an event what is decided and why, with every guard that was asked, in their order: one JSON object
a line, or text on a terminal. EVENT is a PATH:

` + pathHelp + `

The kill switch, the breaker and the journal stand in the ledger; they are not looked at.`,
		Example: `  riposte config explain events/iam/CreateAccessKey.other-user.json
  riposte config explain --stance enforce event.json | jq '.guards[] | select(.decided)'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("name one EVENT, or - for standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, paths []string) error {
			cfg, rules, err := policy.load()
			if err != nil {
				return err
			}
			index := rules.Index(cfg)
			decider := decide.New(cfg, policy.options(cfg))
			events, quiet := 0, 0
			every := func([]byte) bool { return true }
			unreadable, err := in.each(cmd.Context(), p, paths, every, func(ev *cloudtrail.Event) error {
				findings := index.Match(ev)
				events++
				if len(findings) == 0 {
					quiet++
				}
				for _, f := range findings {
					if err := explain(p, decider, f, engine.Untrusted(ev)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			switch {
			case events == 0:
				fmt.Fprintf(p.Stderr, "no event in %s\n", paths[0])
			case quiet > 0:
				fmt.Fprintf(p.Stderr, "no rule finds anything in %d of %d events\n", quiet, events)
			}
			if unreadable && (in.strict || events == 0) {
				return errFailed
			}
			return nil
		},
	}
	in.flags(cmd)
	policy.flags(cmd)
	return cmd
}

func explain(p *Process, decider *decide.Policy, f detect.Finding, untrusted string) error {
	d, steps := decider.Explain(f, decide.Facts{Now: p.Now(), Untrusted: untrusted})
	line := explanation{findingLine: lineOf(f, d), Action: d.Action, Suppressed: d.Suppressed, Guards: steps}
	if r := f.Rate; r != nil && r.Threshold > 1 {
		line.Counts = fmt.Sprintf("told from %d %s within %s", r.Threshold, r.Noun, r.Window)
	}
	if !terminal(p.Stdout) {
		return encoder(p.Stdout).Encode(line)
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s %s %s\n", f.Severity, f.Rule, f.Title)
	fmt.Fprintf(w, "  what\t%s\n  who\t%s\n", printable(f.Summary), printable(line.Actor))
	fmt.Fprintf(w, "  event\t%s %s in %s, %s\n", printable(f.Event.ID), printable(f.Event.Name), printable(f.Event.Account),
		f.Event.Time.UTC().Format(time.RFC3339))
	if line.Counts != "" {
		fmt.Fprintf(w, "  counts\t%s\n", line.Counts)
	}
	fmt.Fprintf(w, "  decision\t%s\n", verdict(d))
	for _, s := range steps {
		mark := "passes"
		if s.Decided {
			mark = "decides"
		}
		fmt.Fprintf(w, "  %s\t%s: %s\n", s.Guard, mark, printable(s.Note))
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// verdict says in a word or two what comes of a finding.
func verdict(d decide.Decision) string {
	switch {
	case d.Suppressed:
		return "recorded, not told"
	case d.Action != "":
		return string(d.Mode) + " (" + d.Action + ")"
	}
	return string(d.Mode)
}
