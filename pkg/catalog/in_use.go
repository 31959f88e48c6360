package catalog

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/sigma"
)

// A Set is the rules that a configuration puts to use.
type Set struct {
	Rules []*detect.Rule // Riposte's, then the operator's own
	Stack string         // the name of Riposte's stack; empty for the default
	own   *sigma.Set     // nil where there are none
}

// Load returns the rules that a configuration puts to use, and reports what it names and this version does not have, as a
// config.Errors, and what is wrong with the operator's own rules.
func Load(cfg *config.Config) (*Set, error) {
	s := &Set{Rules: InUse(cfg)}
	var own []*detect.Rule
	if cfg.Sigma.Folder != "" {
		set, err := sigma.LoadDir(folderOf(cfg), actions.All())
		var problems sigma.Problems
		switch {
		case errors.As(err, &problems):
			return nil, below(folderOf(cfg), problems)
		case err != nil:
			return nil, fmt.Errorf("%s: sigma.folder: %w", cfg.Sigma.Pos, err)
		}
		s.own, own = set, set.Rules
		s.Rules = append(s.Rules, own...)
	}
	if err := checkNames(cfg, append(Rules(), own...), actions.All()); err != nil {
		return nil, err
	}
	return s, detect.Validate(own)
}

// below returns problems whose files are named from where the configuration is, so that an editor finds them.
func below(folder string, problems sigma.Problems) sigma.Problems {
	out := make(sigma.Problems, len(problems))
	for i, p := range problems {
		moved := *p
		moved.File = filepath.Join(folder, filepath.FromSlash(p.File))
		out[i] = &moved
	}
	return out
}

// Own returns how many of the rules are the operator's own, and for how many of those EventBridge has to deliver every
// event.
func (s *Set) Own() (all, broad int) {
	if s.own == nil {
		return 0, 0
	}
	for _, r := range s.own.Rules {
		if slices.ContainsFunc(r.Pattern, func(e detect.Events) bool {
			return e.Source == "" && e.Identity == "" && len(e.Names)+len(e.Errors) == 0
		}) {
			broad++
		}
	}
	return len(s.own.Rules), broad
}

// Files lists what a configuration consists of: its file, and the files of the operator's own rules.
func Files(cfg *config.Config) ([]string, error) {
	files := []string{cfg.File}
	if cfg.Sigma.Folder == "" {
		return files, nil
	}
	rules, err := sigma.Files(folderOf(cfg))
	for _, name := range rules {
		files = append(files, filepath.Join(folderOf(cfg), filepath.FromSlash(name)))
	}
	return files, err
}

func folderOf(cfg *config.Config) string {
	return filepath.Join(filepath.Dir(cfg.File), filepath.FromSlash(cfg.Sigma.Folder))
}

// Index returns the index of the rules, which tells them what the configuration says about the accounts, and which roles
// are Riposte's own. Rules of the operator's that look at every event do not make it want every event.
func (s *Set) Index(cfg *config.Config, ownRoles ...string) *detect.Index {
	estate := EstateOf(cfg)
	estate.OwnRoles, estate.Stack = ownRoles, s.Stack
	if s.own == nil {
		return detect.NewIndex(s.Rules).In(estate)
	}
	broad, narrow := s.own.Broad(), s.Rules
	narrow = slices.DeleteFunc(slices.Clone(narrow), func(r *detect.Rule) bool { return slices.Contains(broad, r) })
	return detect.NewIndex(narrow).WithBroad(broad, s.own.Wants).In(estate)
}

// InUse returns the rules of Riposte's own that a configuration puts to use: every rule but those that have to be asked for
// and were not. A rule whose mode is off stays among them, because another account may set another mode.
func InUse(cfg *config.Config) []*detect.Rule {
	return slices.DeleteFunc(Rules(), func(r *detect.Rule) bool { return r.OptIn && !askedFor(cfg, r) })
}

// askedFor reports whether a configuration gives a rule a mode somewhere that does something.
func askedFor(cfg *config.Config, r *detect.Rule) bool {
	asks := func(rules map[string]config.Rule) bool {
		for _, name := range []string{r.ID, r.Class} {
			if s, ok := rules[name]; ok {
				return s.Mode != config.Off
			}
		}
		return false
	}
	if asks(cfg.Rules) {
		return true
	}
	for _, a := range cfg.Accounts {
		if asks(a.Rules) {
			return true
		}
	}
	return false
}

// Index returns the index of the rules that a configuration without rules of the operator's own puts to use.
func Index(cfg *config.Config, ownRoles ...string) *detect.Index {
	s := &Set{Rules: InUse(cfg)}
	return s.Index(cfg, ownRoles...)
}

// EstateOf returns what a configuration says about the accounts around an event.
func EstateOf(cfg *config.Config) *cloudtrail.Estate {
	e := &cloudtrail.Estate{
		Organization: cfg.Organization, Accounts: slices.Sorted(maps.Keys(cfg.Accounts)),
		Trusted: cfg.TrustedAccounts, Regions: cfg.Regions,
	}
	for _, id := range e.Accounts {
		if cfg.Accounts[id].Production {
			e.Production = append(e.Production, id)
		}
	}
	return e
}
