package main

import (
	"io/fs"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// generated stands at the top of every page.
const generated = "<!-- Written by \"make docs\" from the catalogue. Do not edit. -->\n\n"

// render returns the pages by their path in docs/.
func render(rules []*detect.Rule, all []actions.Action, events fs.FS, roles []role) (map[string]string, error) {
	samples, err := samplesOf(rules, events)
	if err != nil {
		return nil, err
	}
	routes, err := routesOf(rules)
	if err != nil {
		return nil, err
	}
	techniques, err := loadTechniques(attackTechniques)
	if err != nil {
		return nil, err
	}
	sets, err := loadForeignSets(coverageFiles)
	if err != nil {
		return nil, err
	}
	costs, err := costPage()
	if err != nil {
		return nil, err
	}
	granted, err := permissions(rules, all, roles)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{
		"cost.md":           costs,
		"rules/README.md":   ruleTable(rules, techniques),
		"coverage.md":       coveragePage(sets, rules),
		"actions/README.md": actionTable(rules, all),
		"permissions.md":    granted,
	}
	for _, r := range rules {
		pages["rules/"+r.ID+".md"] = rulePage(r, all, samples[r.ID], routes[r.ID])
	}
	for _, a := range all {
		pages["actions/"+a.ID+".md"] = actionPage(a, rules)
	}
	for path, text := range pages {
		pages[path] = generated + text
	}
	return pages, nil
}
