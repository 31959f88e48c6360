package logging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// An analyzer is what an analyzer looks for and what it archives; one that does not exist has no type.
type analyzer struct {
	Type  string                          `json:"type,omitempty"`
	Rules map[string]map[string]criterion `json:"rules,omitempty"` // by name and by property
}

// A criterion is what a property of a finding has to be.
type criterion struct {
	Eq       []string `json:"eq,omitempty"`
	Neq      []string `json:"neq,omitempty"`
	Contains []string `json:"contains,omitempty"`
	Exists   *bool    `json:"exists,omitempty"`
}

func (a analyzer) equal(b analyzer) bool {
	left, leftErr := json.Marshal(a)
	right, rightErr := json.Marshal(b)
	return leftErr == nil && rightErr == nil && string(left) == string(right)
}

// RecreateAccessAnalyzer makes a deleted analyzer anew as it last was.
func RecreateAccessAnalyzer(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*accessanalyzer.Client, analyzer]{
		Action: actions.RecreateAccessAnalyzer(),
		Lens: remedy.Lens[*accessanalyzer.Client, analyzer]{
			Client: client(accounts, accessanalyzer.NewFromConfig),
			Read:   readAnalyzer,
			Write:  writeAnalyzer,
			Equal:  analyzer.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			return find(f, detect.Analyzer, []string{"DeleteAnalyzer"})
		},
		Want: func(_ context.Context, _ *accessanalyzer.Client, _ detect.Finding, t remedy.Target, before analyzer) (analyzer, error) {
			if before.Type != "" {
				return before, nil
			}
			return before, remedy.Refuse("nobody knows what analyzer %s was like: a person has to make it anew", t.ID)
		},
		Aspect:  "access-analyzer",
		Restore: restoreAnalyzer,
		Summary: func(t remedy.Target, _, after analyzer) string {
			return fmt.Sprintf("analyzer %s: deleted → made anew, type %s, archive rules: %d", t.ID, after.Type, len(after.Rules))
		},
		Nothing: func(t remedy.Target, _ analyzer) string { return fmt.Sprintf("there is an analyzer %s", t.ID) },
	})
}

func restoreAnalyzer(_ context.Context, _ *accessanalyzer.Client, _ detect.Finding, t remedy.Target, before, good analyzer) (analyzer, error) {
	switch {
	case before.Type != "":
		return before, nil
	case good.Type != string(types.TypeAccount) && good.Type != string(types.TypeOrganization):
		return before, remedy.Refuse("analyzer %s was of type %q, which a person has to make anew", t.ID, good.Type)
	}
	return good, nil
}

func readAnalyzer(ctx context.Context, api *accessanalyzer.Client, t remedy.Target) (analyzer, error) {
	out, err := api.GetAnalyzer(ctx, &accessanalyzer.GetAnalyzerInput{AnalyzerName: aws.String(t.ID)})
	if noAnalyzer(err) {
		return analyzer{}, nil
	}
	if err != nil {
		return analyzer{}, err
	}
	if out.Analyzer == nil || out.Analyzer.Type == "" {
		return analyzer{}, errors.New("the answer does not say what the analyzer is")
	}
	if by := aws.ToString(out.Analyzer.ManagedBy); by != "" {
		return analyzer{}, remedy.Refuse("analyzer %s is managed by %s and is not changed", t.ID, by)
	}
	live := analyzer{Type: string(out.Analyzer.Type)}
	pages := accessanalyzer.NewListArchiveRulesPaginator(api, &accessanalyzer.ListArchiveRulesInput{AnalyzerName: aws.String(t.ID)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if noAnalyzer(err) {
			return analyzer{}, nil // deleted meanwhile
		}
		if err != nil {
			return analyzer{}, err
		}
		for _, r := range page.ArchiveRules {
			live.add(aws.ToString(r.RuleName), r.Filter)
		}
	}
	return live, nil
}

func (a *analyzer) add(name string, filter map[string]types.Criterion) {
	if a.Rules == nil {
		a.Rules = map[string]map[string]criterion{}
	}
	a.Rules[name] = map[string]criterion{}
	for property, c := range filter {
		a.Rules[name][property] = criterion{Eq: c.Eq, Neq: c.Neq, Contains: c.Contains, Exists: c.Exists}
	}
}

func writeAnalyzer(ctx context.Context, api *accessanalyzer.Client, t remedy.Target, _, to analyzer) error {
	if to.Type == "" {
		_, err := api.DeleteAnalyzer(ctx, &accessanalyzer.DeleteAnalyzerInput{AnalyzerName: aws.String(t.ID)})
		if noAnalyzer(err) {
			return nil // deleted meanwhile
		}
		return err
	}
	in := &accessanalyzer.CreateAnalyzerInput{AnalyzerName: aws.String(t.ID), Type: types.Type(to.Type)}
	for name, filter := range to.Rules {
		rule := types.InlineArchiveRule{RuleName: aws.String(name), Filter: map[string]types.Criterion{}}
		for property, c := range filter {
			rule.Filter[property] = types.Criterion{Eq: c.Eq, Neq: c.Neq, Contains: c.Contains, Exists: c.Exists}
		}
		in.ArchiveRules = append(in.ArchiveRules, rule)
	}
	_, err := api.CreateAnalyzer(ctx, in)
	if _, ok := errors.AsType[*types.ServiceQuotaExceededException](err); ok {
		return &remedy.Refusal{Reason: fmt.Sprintf("there are as many analyzers as there can be: analyzer %s was replaced by another one", t.ID), Err: err}
	}
	return err
}

func noAnalyzer(err error) bool {
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok
}
