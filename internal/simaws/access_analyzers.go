package simaws

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
)

// An analyzer is made with its archive rules and is not changed afterwards.
type analyzer struct {
	kind  types.Type
	rules map[string]map[string]types.Criterion
}

func analyzerHandlers() handlers {
	h := handlers{}
	reads(h, getAnalyzer)
	reads(h, listArchiveRules)
	writes(h, createAnalyzer)
	writes(h, deleteAnalyzer)
	return h
}

func (r *request) analyzer(name *string) (analyzer, error) {
	a, ok := r.watchers.analyzers[named{r.region, aws.ToString(name)}]
	if !ok {
		return a, &types.ResourceNotFoundException{Message: aws.String("Analyzer " + aws.ToString(name) + " not found.")}
	}
	return a, nil
}

func getAnalyzer(r *request, in *accessanalyzer.GetAnalyzerInput) (*accessanalyzer.GetAnalyzerOutput, error) {
	a, err := r.analyzer(in.AnalyzerName)
	if err != nil {
		return nil, err
	}
	return &accessanalyzer.GetAnalyzerOutput{Analyzer: &types.AnalyzerSummary{
		Name: in.AnalyzerName, Type: a.kind, Status: types.AnalyzerStatusActive,
		Arn: aws.String("arn:aws:access-analyzer:" + r.region + ":" + r.account + ":analyzer/" + *in.AnalyzerName),
	}}, nil
}

func listArchiveRules(r *request, in *accessanalyzer.ListArchiveRulesInput) (*accessanalyzer.ListArchiveRulesOutput, error) {
	a, err := r.analyzer(in.AnalyzerName)
	if err != nil {
		return nil, err
	}
	names, next := page(r, slices.Sorted(maps.Keys(a.rules)), in.NextToken)
	out := &accessanalyzer.ListArchiveRulesOutput{NextToken: next}
	for _, name := range names {
		out.ArchiveRules = append(out.ArchiveRules, types.ArchiveRuleSummary{RuleName: aws.String(name), Filter: a.rules[name]})
	}
	return out, nil
}

func createAnalyzer(r *request, in *accessanalyzer.CreateAnalyzerInput) (*accessanalyzer.CreateAnalyzerOutput, error) {
	key := named{r.region, aws.ToString(in.AnalyzerName)}
	if _, ok := r.watchers.analyzers[key]; ok {
		return nil, &types.ConflictException{Message: aws.String("Analyzer " + key.name + " already exists.")}
	}
	a := analyzer{kind: in.Type, rules: map[string]map[string]types.Criterion{}}
	for _, rule := range in.ArchiveRules {
		a.rules[aws.ToString(rule.RuleName)] = rule.Filter
	}
	r.watchers.analyzers[key] = a
	return &accessanalyzer.CreateAnalyzerOutput{}, nil
}

func deleteAnalyzer(r *request, in *accessanalyzer.DeleteAnalyzerInput) (*accessanalyzer.DeleteAnalyzerOutput, error) {
	if _, err := r.analyzer(in.AnalyzerName); err != nil {
		return nil, err
	}
	delete(r.watchers.analyzers, named{r.region, *in.AnalyzerName})
	return &accessanalyzer.DeleteAnalyzerOutput{}, nil
}
