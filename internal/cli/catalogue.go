package cli

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"riposte/pkg/actions"
	"riposte/pkg/catalog"
	"riposte/pkg/detect"
)

// ruleLine is one line of "riposte rules".
type ruleLine struct {
	ID       string          `json:"id"`
	Class    string          `json:"class"`
	Severity detect.Severity `json:"severity"`
	Title    string          `json:"title"`
	Events   []string        `json:"events"` // "iam.amazonaws.com:CreateAccessKey"
	Actions  []string        `json:"actions"`
	Refs     []string        `json:"refs"`
}

func newRules(p *Process) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "rules [ID]",
		Short: "List the detection rules, or explain one",
		Long: `Lists the detection rules: one JSON object a line, or a table on a terminal. With an ID or a class it explains one: why it
matters, its false positives and what to do. Rules of your own are listed too, where riposte.yaml names their folder.`,
		Example: "  riposte rules\n  riposte rules IAM-002\n  riposte rules cloudtrail-stopped",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: completeFirst(func() (words []string) {
			for _, r := range catalog.Rules() {
				words = append(words, cobra.CompletionWithDesc(r.ID, r.Title))
			}
			return words
		}),
		RunE: func(_ *cobra.Command, args []string) error {
			all, err := rulesWith(file)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return explainRule(p, all, args[0])
			}
			w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			enc := encoder(p.Stdout)
			for _, r := range all {
				if terminal(p.Stdout) {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Severity, r.Class, r.Title)
				} else if err := enc.Encode(lineOfRule(r)); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "the configuration that names rules of your own, as a `FILE` (default: riposte.yaml where there is one)")
	return cmd
}

// rulesWith returns every rule of Riposte's, in use or not, and those of the operator's own.
func rulesWith(file string) ([]*detect.Rule, error) {
	cfg, err := readConfig(file)
	if err != nil {
		return nil, err
	}
	set, err := catalog.Load(cfg)
	if err != nil {
		return nil, err
	}
	own, _ := set.Own()
	return append(catalog.Rules(), set.Rules[len(set.Rules)-own:]...), nil
}

func lineOfRule(r *detect.Rule) ruleLine {
	line := ruleLine{ID: r.ID, Class: r.Class, Severity: r.Severity, Title: r.Title, Actions: append([]string{}, r.Actions...)}
	for _, e := range r.Pattern {
		source := e.Source
		if source == "" {
			source = "*"
		}
		names := e.Names
		if len(names) == 0 {
			names = []string{"*"}
		}
		for _, n := range names {
			if event := source + ":" + n; !slices.Contains(line.Events, event) { // those that read are listed apart
				line.Events = append(line.Events, event)
			}
		}
	}
	for _, ref := range r.Refs {
		name := ref.Name
		if !strings.HasPrefix(name, ref.Kind+" ") { // "CIS CIS AWS Foundations" says it twice
			name = ref.Kind + " " + name
		}
		line.Refs = append(line.Refs, strings.TrimSpace(name+" "+ref.URL))
	}
	return line
}

// hasRule reports whether this version or the operator has a rule. Rules that cannot be read keep nobody from asking.
func hasRule(p *Process, id string) bool {
	all, err := rulesWith("")
	if err != nil {
		fmt.Fprintln(p.Stderr, "riposte:", printableLines(err.Error()))
		all = catalog.Rules()
	}
	return slices.ContainsFunc(all, func(r *detect.Rule) bool { return r.ID == id })
}

func explainRule(p *Process, all []*detect.Rule, name string) error {
	for _, r := range all {
		if strings.EqualFold(r.ID, name) || r.Class == name {
			_, err := fmt.Fprintf(p.Stdout, "%s %s (%s, class %s)\n\n%s\n", r.ID, r.Title, r.Severity, r.Class, strings.TrimSpace(r.Doc))
			return err
		}
	}
	return usage("no rule %q: \"riposte rules\" lists them", name)
}

// actionLine is one line of "riposte actions".
type actionLine struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Reversible  bool     `json:"reversible"`
	Handles     []string `json:"handles"`
	Permissions []string `json:"permissions"`
}

func newActions(p *Process) *cobra.Command {
	return &cobra.Command{
		Use:   "actions [ID]",
		Short: "List the actions, or explain one",
		Long: `Lists what Riposte can do about a finding: one JSON object a line, or a table on a terminal. With an ID it explains one: what
it does, what it does not do, and what undo does.`,
		Example: "  riposte actions\n  riposte actions deactivate-access-key",
		Args:    cobra.MaximumNArgs(1),
		ValidArgsFunction: completeFirst(func() (words []string) {
			for _, a := range actions.All() {
				words = append(words, cobra.CompletionWithDesc(a.ID, a.Title))
			}
			return words
		}),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return explainAction(p, args[0])
			}
			w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
			enc := encoder(p.Stdout)
			for _, a := range actions.All() {
				if terminal(p.Stdout) {
					fmt.Fprintf(w, "%s\t%s\n", a.ID, a.Title)
				} else if err := enc.Encode(lineOfAction(a)); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
}

func lineOfAction(a actions.Action) actionLine {
	line := actionLine{ID: a.ID, Title: a.Title, Reversible: a.Reversible, Handles: a.Handles}
	for _, g := range a.Grants {
		line.Permissions = append(line.Permissions, g.Actions...)
	}
	return line
}

func explainAction(p *Process, id string) error {
	a, ok := actions.ByID(id)
	if !ok {
		return usage("no action %q: \"riposte actions\" lists them", id)
	}
	_, err := fmt.Fprintf(p.Stdout, "%s: %s\n\n%s\n", a.ID, a.Title, strings.TrimSpace(a.Doc))
	return err
}
