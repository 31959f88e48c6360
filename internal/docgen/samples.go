package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/routing"
)

// samples are what a rule says of the sample events that its pattern wants.
type samples struct {
	fires []sample
	quiet []string // paths in events/
}

// A sample is a finding in a sample event.
type sample struct {
	path    string
	finding detect.Finding
	record  json.RawMessage
}

// samplesOf runs the rules over the sample events, in the order of their paths.
func samplesOf(rules []*detect.Rule, events fs.FS) (map[string]samples, error) {
	index := detect.NewIndex(rules)
	out := map[string]samples{}
	err := fs.WalkDir(events, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		text, err := fs.ReadFile(events, path)
		if err != nil {
			return err
		}
		event, err := cloudtrail.DecodeAny(text)
		if err != nil {
			return fmt.Errorf("sample event %s: %w", path, err)
		}
		fired := map[string]bool{}
		for _, f := range index.Match(event) {
			s := out[f.Rule]
			s.fires = append(s.fires, sample{path: path, finding: f, record: event.Record})
			out[f.Rule], fired[f.Rule] = s, true
		}
		for _, r := range rules {
			if !fired[r.ID] && r.Pattern.Matches(event) {
				s := out[r.ID]
				s.quiet = append(s.quiet, path)
				out[r.ID] = s
			}
		}
		return nil
	})
	return out, err
}

// routesOf returns the names of the EventBridge rules that deliver to each rule.
func routesOf(rules []*detect.Rule) (map[string][]string, error) {
	rendered, err := routing.Render(rules)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for _, r := range rendered {
		for _, id := range r.RuleIDs {
			out[id] = append(out[id], r.Name)
		}
	}
	return out, nil
}
